"""TC Portal にジョブの結果を報告する / Report the outcome of a job to TC Portal.

このファイルをスクリプトと同じフォルダーに置いて使います (Python 3.8 以降、追加パッケージ不要)。
環境変数 TC_PORTAL_MONITOR_URL, TC_PORTAL_WEBHOOK_SECRET, TC_PORTAL_JOB_KEY,
TC_PORTAL_JOB_TITLE を設定し、次のいずれかの方法で使います。

    from tc_portal import monitor, report_job_status
    @monitor()                        # 1. 開始と結果を自動で報告 (async も可)
    def main(): ...
    with monitor(job_key="sales") as run:
        run.message, run.metrics = "処理完了", {"rows": 120}
    report_job_status("success", "処理完了")       # 2. 結果だけを報告
    python tc_portal.py run -- python job.py       # 3. スクリプトを変更せずに報告
    python tc_portal.py report success --message 完了 | flush | test

報告がジョブの動作や結果に影響することはありません。環境変数が未設定なら報告せず、送信できなかった
報告は保存して次回送信します。表示するのは stderr の [TC Portal] で始まる行だけです。

Copy this file next to your script (Python 3.8 or later, no packages needed), set the
four variables above, and use one of the three ways. Reporting never affects the job. If
the variables are not set, it prints one line on stderr. If a report cannot be delivered,
it is saved on disk and sent, with its original times, by the next report or by `flush`.
`test` sends a report for the job key "test-job" and shows the portal's response.

Optional: TC_PORTAL_TOOL_ID, TC_PORTAL_SPOOL_DIR (default ~/.tc_portal/spool, on Windows
%LOCALAPPDATA%\\tc_portal\\spool), TC_PORTAL_TIMEOUT_SECONDS (default 10).
A decorated generator is one run from its first item to its last; stopping early counts
as success. Async generators are not monitored. In async code, use `async with monitor()`.
`run` exits with the program's exit code, or with 128+n after signal n, 127 if the program
was not found, 126 if it could not start, 124 after --timeout-seconds. `--no-log` keeps
the output out of the report.
"""

import os
import sys

if __name__ == "__main__":
    # Job folders often contain an email.py or queue.py, which must not hide the standard library's.
    _own_folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or os.curdir) != _own_folder]

import contextlib
import contextvars
import functools
import hashlib
import inspect
import json
import math
import re
import threading
import time
import traceback
import urllib.parse
import uuid
from datetime import datetime, timezone
from types import TracebackType
from typing import (
    IO,
    Any,
    Callable,
    Dict,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Set,
    Tuple,
    Type,
    TypeVar,
    Union,
    cast,
    overload,
)

__version__ = "1.0.0"
__all__ = ["Monitor", "Run", "current_run", "monitor", "report_job_status"]

DEFAULT_TIMEOUT_SECONDS = 10.0
START_WAIT_SECONDS = 2.0
RETRY_PAUSE_SECONDS = 1.0
RETRY_PAUSE_SECONDS_MAX = 2.0
FLUSH_SECONDS = 5.0
FLUSH_COMMAND_SECONDS = 300.0
FLUSH_FAILURES_MAX = 3
# After a report timed out, later ones go straight to disk for this many times as long, so that
# a script that reports in a loop loses at most a seventh of its time.
AWAY_PAUSE_FACTOR = 6.0
RETRY_AFTER_SECONDS_MAX = 3600.0

BODY_BYTES_MAX = 900_000
MESSAGE_LENGTH_MAX = 10_000
TRACEBACK_LENGTH_MAX = 20_000
ANSWER_BYTES_MAX = 65_536

SPOOL_FILES_MAX = 1_000
SPOOL_BYTES_MAX = 200_000_000
SPOOL_AGE_SECONDS_MAX = 14 * 24 * 3600.0
STALE_CLAIM_SECONDS = 600.0

OUTPUT_HEAD_BYTES = 128 * 1024
OUTPUT_TAIL_BYTES = 256 * 1024
OUTPUT_CHUNK_BYTES = 64 * 1024
OUTPUT_QUIET_SECONDS = 1.0
OUTPUT_DRAIN_SECONDS = 5.0
STOP_GRACE_SECONDS = 10.0

EXIT_TIMED_OUT = 124
EXIT_CANNOT_START = 126
EXIT_NOT_FOUND = 127

# The fields that every version accepts. The others are omitted if the portal refuses the report.
CORE_FIELDS = ("job_key", "title", "status", "finished_at", "message")

_THIS_FILE = (lambda: None).__code__.co_filename
_IS_WINDOWS = os.name == "nt"

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])
Payload = Dict[str, Any]
Moment = Union[datetime, str]
ExceptionType = Optional[Type[BaseException]]


# --- Messages on stderr ---

_already_said: Set[str] = set()


def _say(line: str) -> None:
    stream = sys.stderr
    text = "[TC Portal] " + " ".join(_printable(line).split()) + "\n"
    try:
        if stream is None:
            return
        if stream is sys.__stderr__ and not _is_windows_console(stream):
            # Bypass the stream's buffer: data that a broken pipe leaves in it would change the exit code.
            stream.flush()
            os.write(stream.fileno(), text.encode(stream.encoding or "utf-8", "replace"))
            return
        encoding = getattr(stream, "encoding", None) or "utf-8"
        stream.write(text.encode(encoding, "replace").decode(encoding))
        stream.flush()
    except Exception:
        pass


def _say_once(line: str) -> None:
    if line not in _already_said:
        _already_said.add(line)
        _say(line)


def _printable(text: str) -> str:
    secret = _environment("TC_PORTAL_WEBHOOK_SECRET")
    if secret:
        text = text.replace(secret, "***")
    return "".join(char if char.isprintable() else " " for char in text)


def _is_windows_console(stream: Any) -> bool:
    return _IS_WINDOWS and bool(stream.isatty())


def _never_raise(function: AnyFunction) -> AnyFunction:
    """Turns our own exception into one line, because the job must not see it."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            _say(
                "報告処理の内部エラー。ジョブには影響ありません (internal error; the job is not affected): "
                + type(error).__name__
            )
            return None

    return cast(AnyFunction, guarded)


# --- Settings ---


class Settings(NamedTuple):
    url: str
    secret: str
    job_key: str
    title: str
    tool_id: Optional[str]
    spool_folder: Optional[str]
    timeout_seconds: float


@_never_raise
def _read_settings(
    job_key: Optional[str] = None, title: Optional[str] = None, tool_id: Optional[str] = None
) -> Optional[Settings]:
    """The settings of one report, or None if it must be skipped."""
    url = _environment("TC_PORTAL_MONITOR_URL")
    secret = _environment("TC_PORTAL_WEBHOOK_SECRET")
    if not url or not secret:
        _say_once("環境変数未設定のためスキップ" " (skipped: TC_PORTAL_MONITOR_URL or TC_PORTAL_WEBHOOK_SECRET is not set)")
        return None
    if not _is_web_address(url):
        _say_once("TC_PORTAL_MONITOR_URL が URL ではないためスキップ (skipped: not an http or https URL)")
        return None
    if not all("!" <= char <= "~" for char in secret):
        _say_once("TC_PORTAL_WEBHOOK_SECRET に使えない文字があるためスキップ (skipped: the secret is not plain ASCII)")
        return None
    own_title = str(title) if title else str(job_key) if job_key else None
    return Settings(
        url=url,
        secret=secret,
        job_key=str(job_key) if job_key else _environment("TC_PORTAL_JOB_KEY") or "default-job",
        title=own_title or _environment("TC_PORTAL_JOB_TITLE") or "Default Job",
        tool_id=str(tool_id) if tool_id else _environment("TC_PORTAL_TOOL_ID"),
        spool_folder=_find_spool_folder(url),
        timeout_seconds=_read_timeout_seconds(),
    )


def _environment(name: str) -> Optional[str]:
    value = (os.environ.get(name) or "").strip()
    # `set NAME="value"` in a batch file keeps the quotes.
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1].strip()
    return value or None


def _is_web_address(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _read_timeout_seconds() -> float:
    try:
        seconds = float(_environment("TC_PORTAL_TIMEOUT_SECONDS") or DEFAULT_TIMEOUT_SECONDS)
    except ValueError:
        return DEFAULT_TIMEOUT_SECONDS
    return min(max(seconds, 0.1), 300.0) if math.isfinite(seconds) else DEFAULT_TIMEOUT_SECONDS


def _find_spool_folder(url: str) -> Optional[str]:
    """The folder of this portal's saved reports; None if this user has no home folder."""
    chosen = _environment("TC_PORTAL_SPOOL_DIR")
    if chosen:
        base = os.path.abspath(os.path.expanduser(chosen))
    elif _IS_WINDOWS:
        local = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
        base = os.path.join(local, "tc_portal", "spool")
    else:
        base = os.path.expanduser("~/.tc_portal/spool")
    if not os.path.isabs(base):
        return None
    return os.path.join(base, hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:16])


# --- The report ---


def _build_report(
    settings: Settings,
    status: str,
    message: Optional[object] = None,
    *,
    finished_at: Optional[Moment] = None,
    started_at: Optional[Moment] = None,
    duration_ms: Optional[float] = None,
    run_id: Optional[str] = None,
    exit_code: Optional[int] = None,
    host: Optional[str] = None,
    log: Optional[object] = None,
    metrics: Optional[Mapping[str, Any]] = None,
    schedule: Optional[Mapping[str, Any]] = None,
) -> Payload:
    now = datetime.now(timezone.utc)
    if duration_ms is None:
        duration_ms = _convert("duration_ms", lambda: _milliseconds_between(started_at, finished_at or now))
    report = {
        "job_key": settings.job_key,
        "title": settings.title,
        "status": status,
        "finished_at": _convert("finished_at", _iso_time, finished_at) or _iso_time(now),
        "started_at": _convert("started_at", _iso_time, started_at),
        "duration_ms": _convert("duration_ms", int, duration_ms),
        "run_id": _convert("run_id", str, run_id) or str(uuid.uuid4()),
        "exit_code": _convert("exit_code", int, exit_code),
        "host": _convert("host", str, host) or _find_host(),
        "tool_id": settings.tool_id,
        "message": _convert("message", lambda text: _clip_message(_text_of(text, settings)), message),
        "metrics": _convert("metrics", _read_metrics, metrics) or None,
        "schedule": _convert("schedule", _to_json, schedule) or None,
        "log": _convert("log", lambda text: _text_of(text, settings), log) or None,
    }
    return {name: value for name, value in report.items() if value is not None}


def _convert(name: str, convert: Callable[..., Any], *values: Any) -> Any:
    """The converted value; None for an invalid one, because the outcome must be sent anyway."""
    if len(values) == 1 and values[0] is None:
        return None
    try:
        return convert(*values)
    except Exception:
        _say("無効な値のため省略しました (omitted, invalid value): " + name)
        return None


def _iso_time(moment: Moment) -> str:
    if isinstance(moment, datetime):
        # A datetime without a zone is in this machine's local time.
        return moment.astimezone(timezone.utc).isoformat()
    return str(moment)


def _milliseconds_between(started: Optional[Moment], finished: Moment) -> Optional[float]:
    if not isinstance(started, datetime) or not isinstance(finished, datetime):
        return None
    return max(
        0.0, (finished.astimezone(timezone.utc) - started.astimezone(timezone.utc)).total_seconds() * 1000
    )


def _find_host() -> Optional[str]:
    try:
        import socket

        return socket.gethostname() or None
    except Exception:
        return None


def _text_of(value: object, settings: Settings) -> str:
    if isinstance(value, (bytes, bytearray)):
        text = _decode_output(bytes(value))
    else:
        try:
            text = str(value)
        except Exception:
            text = "<" + type(value).__name__ + ">"
    # Redacting a very short secret would hide ordinary words.
    return text.replace(settings.secret, "***") if len(settings.secret) >= 8 else text


def _clip_message(text: str) -> str:
    # The portal counts as JavaScript does, so a character outside the BMP counts twice.
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= MESSAGE_LENGTH_MAX * 2:
        return text
    return units[: (MESSAGE_LENGTH_MAX - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _read_metrics(metrics: Mapping[Any, Any]) -> Dict[str, float]:
    """The metrics that are numbers, with those of numpy and the like as plain numbers; omits the others."""
    found: Dict[str, float] = {}
    for name, value in metrics.items():
        number = _read_number(value)
        if number is not None:
            found[str(name)] = number
    if len(found) < len(metrics):
        _say("数値ではない metrics を省略しました (omitted metrics that are not numbers)")
    return found


def _read_number(value: Any) -> Optional[float]:
    if isinstance(value, int) and abs(value) < 2**63:
        return int(value)
    try:
        number = None if isinstance(value, (str, bytes)) else float(value)
    except Exception:
        return None
    return number if number is not None and math.isfinite(number) else None


def _to_json(value: Any) -> Any:
    """The value as plain JSON; raises for values that JSON cannot represent."""
    return json.loads(json.dumps(value, allow_nan=False))


def _encode(payload: Payload) -> bytes:
    return json.dumps(payload, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _fit_report(payload: Payload) -> bytes:
    """The body of a report, its log cut in the middle (and fields omitted if needed) to fit the limit."""
    body = _encode(payload)
    if len(body) <= BODY_BYTES_MAX:
        return body
    rest = {name: value for name, value in payload.items() if name != "log"}
    for name in ("metrics", "schedule"):
        if len(_encode(rest)) > BODY_BYTES_MAX and rest.pop(name, None) is not None:
            _say("サイズが大きすぎるため省略しました (omitted, too large): " + name)
    room_bytes = BODY_BYTES_MAX - len(_encode(dict(rest, log="")))
    if "log" in payload and room_bytes > 1_000:
        rest["log"] = _clip_log(payload["log"], room_bytes)
    return _encode(rest)


def _clip_log(text: str, bytes_max: int) -> str:
    if len(text) <= bytes_max and _encoded_bytes(text) <= bytes_max:
        return text
    room_bytes = bytes_max - 200
    head = text[: _count_fitting(text, room_bytes // 3)]
    rest = text[len(head) :][::-1]
    tail = rest[: _count_fitting(rest, room_bytes - _encoded_bytes(head))][::-1]
    return head + _describe_cut(len(text) - len(head) - len(tail), "文字", "characters") + tail


def _encoded_bytes(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"))


def _count_fitting(text: str, bytes_max: int) -> int:
    """How many characters from the start fit, by binary search."""
    low, high = 0, min(len(text), bytes_max)
    while low < high:
        middle = (low + high + 1) // 2
        if _encoded_bytes(text[:middle]) <= bytes_max:
            low = middle
        else:
            high = middle - 1
    return low


def _describe_cut(count: int, unit_japanese: str, unit_english: str) -> str:
    return "\n… {0:,} {1}を省略しました ({0:,} {2} omitted) …\n".format(count, unit_japanese, unit_english)


# --- HTTP ---


class Answer(NamedTuple):
    """The response to one request; status 0 means that there was no response."""

    status: int
    text: str
    retry_after_seconds: Optional[float] = None

    @property
    def is_accepted(self) -> bool:
        # A proxy's sign-in page also has status 200, so only the portal's own JSON counts.
        if not 200 <= self.status < 300:
            return False
        try:
            answer = json.loads(self.text)
        except ValueError:
            return False
        return isinstance(answer, dict) and answer.get("success") is True

    @property
    def is_refused(self) -> bool:
        return self.status in (400, 413)

    @property
    def is_worth_retrying(self) -> bool:
        return self.status in (0, 429) or self.status >= 500

    def describe(self) -> str:
        if self.status == 0:
            return self.text
        if 200 <= self.status < 300 and not self.is_accepted:
            return "HTTP {} ポータル以外からの応答です (not a response from the portal)".format(self.status)
        if 300 <= self.status < 400:
            return "HTTP {} リダイレクトには対応していません (redirects are not followed; correct the URL)".format(self.status)
        try:
            sentence = json.loads(self.text)["error"]
        except Exception:
            sentence = ""
        return "HTTP {} {}".format(self.status, str(sentence)[:300]).strip()


def _post_within(settings: Settings, url: str, body: bytes, seconds: float) -> Answer:
    """Posts in its own thread: a socket's timeout limits neither DNS nor a very slow server."""
    answers: List[Answer] = []
    thread = threading.Thread(
        target=lambda: answers.append(_post(settings, url, body, seconds)), name="tc-portal", daemon=True
    )
    try:
        thread.start()
    except RuntimeError:
        return _post(settings, url, body, seconds)
    thread.join(seconds)
    return answers[0] if answers else Answer(0, "タイムアウト (timed out)")


def _post(settings: Settings, url: str, body: bytes, seconds: float) -> Answer:
    try:
        # Imported here, so that an email.py next to the job can at worst stop the report.
        import urllib.error
        import urllib.request

        request = urllib.request.Request(
            url,
            data=body,
            method="POST",
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "tc-portal-python/" + __version__,
                "X-TC-Portal-Webhook-Secret": settings.secret,
            },
        )
        try:
            with _make_opener().open(request, timeout=seconds) as response:
                return Answer(response.status, _read_text(response))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(
                    error.code, _read_text(error), _parse_retry_after(error.headers.get("Retry-After"))
                )
        except urllib.error.URLError as error:
            return Answer(0, str(error.reason))
    except Exception as error:
        # Not the exception's text: the one for an invalid header would show the secret.
        return Answer(0, type(error).__name__)


@functools.lru_cache(maxsize=None)
def _make_opener() -> Any:
    import urllib.request

    class RefuseRedirects(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: Any, **kwargs: Any) -> None:
            """Refuses redirects, which would send the secret to another server."""
            return None

    return urllib.request.build_opener(RefuseRedirects)


def _read_text(response: Any) -> str:
    try:
        return str(response.read(ANSWER_BYTES_MAX).decode("utf-8", "replace"))
    except Exception:
        return ""


def _parse_retry_after(value: Optional[str]) -> Optional[float]:
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            from email.utils import parsedate_to_datetime

            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except Exception:
            return None
    return min(max(seconds, 0.0), RETRY_AFTER_SECONDS_MAX) if math.isfinite(seconds) else None


# --- The spool: reports saved on disk ---


class Spool:
    """One file per saved report: `<nanoseconds>-<uuid>.json`, renamed to `...json.claimed-<seconds>-<uuid>`
    by the process that sends it. It contains the body exactly as it will be sent, but never the secret."""

    _WAITING = re.compile(r"^\d{20}-[0-9a-f]{32}\.json$")
    _CLAIMED = re.compile(r"^(\d{20}-[0-9a-f]{32}\.json)\.claimed-(\d+)-[0-9a-f]{32}$")
    _UNFINISHED = re.compile(r"^\d{20}-[0-9a-f]{32}\.tmp$")

    def __init__(self, folder: Optional[str]) -> None:
        self.folder = folder

    def keep(self, body: bytes) -> bool:
        """Saves a report for later; False if that is not possible here."""
        if self.folder is None:
            return False
        name = "{:020d}-{}".format(time.time_ns(), uuid.uuid4().hex)
        temporary = self._path(name + ".tmp")
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path(name + ".json"))
        except OSError:
            self._delete(name + ".tmp")
            return False
        self.drop_excess()
        return True

    def list_waiting(self) -> List[str]:
        """The saved reports, oldest first."""
        return sorted(name for name in self._list() if self._WAITING.match(name))

    def claim(self, name: str) -> Optional[str]:
        """Claims a report for sending; None if another process was faster."""
        claimed = "{}.claimed-{}-{}".format(name, int(time.time()), uuid.uuid4().hex)
        return claimed if self._rename(name, claimed) else None

    def release(self, claimed: str) -> None:
        self._rename(claimed, claimed.split(".claimed-")[0])

    def delete(self, name: str) -> bool:
        return self._delete(name)

    def read(self, name: str) -> Optional[bytes]:
        try:
            with open(self._path(name), "rb") as file:
                return file.read(2 * BODY_BYTES_MAX)
        except OSError:
            return None

    def recover(self) -> None:
        """Releases the claims of processes that died, and deletes their unfinished files."""
        for name in self._list():
            claim = self._CLAIMED.match(name)
            if claim and abs(time.time() - int(claim.group(2))) > STALE_CLAIM_SECONDS:
                self.release(name)
            elif self._UNFINISHED.match(name) and self._age_seconds(name) > STALE_CLAIM_SECONDS:
                self._delete(name)

    def drop_excess(self) -> None:
        names = self.list_waiting()
        keep_count = 0
        total_bytes = 0
        for name in reversed(names):
            total_bytes += self._size_bytes(name)
            is_too_old = self._age_seconds(name) > SPOOL_AGE_SECONDS_MAX
            if is_too_old or keep_count >= SPOOL_FILES_MAX or total_bytes > SPOOL_BYTES_MAX:
                break
            keep_count += 1
        dropped = sum(self._delete(name) for name in names[: len(names) - keep_count])
        if dropped:
            _say("未送信の古い報告 {0} 件を破棄しました (deleted {0} old unsent reports)".format(dropped))

    def put_off(self, seconds: float) -> None:
        """Records, for all processes, how long the portal asked us to wait."""
        try:
            with open(self._path("wait-until"), "w") as file:
                file.write(str(time.time() + seconds))
        except OSError:
            pass

    def is_put_off(self) -> bool:
        try:
            with open(self._path("wait-until")) as file:
                return 0 < float(file.read()) - time.time() <= RETRY_AFTER_SECONDS_MAX
        except (OSError, ValueError):
            return False

    def _path(self, name: str) -> str:
        return os.path.join(self.folder or "", name)

    def _list(self) -> List[str]:
        try:
            return os.listdir(self.folder) if self.folder else []
        except OSError:
            return []

    def _rename(self, name: str, new_name: str) -> bool:
        try:
            os.rename(self._path(name), self._path(new_name))
            return True
        except OSError:
            return False

    def _delete(self, name: str) -> bool:
        try:
            os.unlink(self._path(name))
            return True
        except OSError:
            return False

    def _size_bytes(self, name: str) -> int:
        try:
            return os.stat(self._path(name)).st_size
        except OSError:
            return 0

    def _age_seconds(self, name: str) -> float:
        return time.time() - int(name[:20]) / 1e9


class FlushResult(NamedTuple):
    sent: int
    waiting: int
    last_problem: Optional[str]


def _flush_spool(settings: Settings, seconds: float) -> FlushResult:
    """Sends saved reports, oldest first, until all are sent, the portal is unavailable or time is up."""
    spool = Spool(settings.spool_folder)
    deadline = time.monotonic() + seconds
    sent = failures = 0
    problem: Optional[str] = None
    spool.recover()
    spool.drop_excess()
    for name in spool.list_waiting():
        seconds_left = min(settings.timeout_seconds, deadline - time.monotonic())
        if seconds_left <= 0.05:
            break
        answer = _send_waiting(settings, spool, name, seconds_left)
        if answer is None:
            continue
        if answer.is_accepted:
            sent += 1
            continue
        problem = answer.describe()
        if answer.is_refused:
            continue
        failures += 1
        if answer.retry_after_seconds:
            spool.put_off(answer.retry_after_seconds)
        # A 500 may concern only this report, which must then not hold up the next ones.
        if answer.status != 500 or failures >= FLUSH_FAILURES_MAX:
            break
    if sent:
        _say("未送信だった報告 {0} 件を送信しました (sent {0} saved reports)".format(sent))
    return FlushResult(sent, len(spool.list_waiting()), problem)


def _send_waiting(settings: Settings, spool: Spool, name: str, seconds: float) -> Optional[Answer]:
    claimed = spool.claim(name)
    if claimed is None:
        return None
    try:
        body = spool.read(claimed)
        if body is None:
            spool.release(claimed)
            return None
        if not _is_report(body):
            spool.delete(claimed)
            _say("破損していた未送信の報告を破棄しました (deleted a damaged unsent report)")
            return None
        answer = _post_or_reduce(settings, body, seconds)
        if answer.is_accepted or answer.is_refused:
            spool.delete(claimed)
        else:
            spool.release(claimed)
    except BaseException:
        spool.release(claimed)
        raise
    if answer.is_refused:
        _say("未送信の報告が拒否されました (the portal refused a saved report): " + answer.describe())
    return answer


def _is_report(body: bytes) -> bool:
    try:
        report = json.loads(body.decode("utf-8"))
    except ValueError:
        return False
    return isinstance(report, dict) and all(name in report for name in ("job_key", "status", "finished_at"))


# --- Delivery ---

# When this process may try an unavailable portal again, by the monotonic clock.
_next_attempt_at: Dict[str, float] = {}


def _is_away(settings: Settings) -> bool:
    return time.monotonic() < _next_attempt_at.get(settings.url, 0.0)


def _deliver(settings: Settings, payload: Payload) -> bool:
    """Sends a report or saves it for later; True if the portal has it."""
    spool = Spool(settings.spool_folder)
    body = _fit_report(payload)
    if _is_away(settings):
        if not spool.keep(body):
            _say("ポータルに接続できず、報告も保存できませんでした (neither delivered nor saved)")
        return False
    began = time.monotonic()
    try:
        answer = _send(settings, body)
    except BaseException:
        spool.keep(body)
        raise
    if answer.is_accepted:
        _next_attempt_at.pop(settings.url, None)
        if not spool.is_put_off():
            _flush_spool(settings, FLUSH_SECONDS)
        return True
    if answer.is_refused:
        _say("報告が拒否されました (the portal refused the report): " + answer.describe())
        return False
    _next_attempt_at[settings.url] = time.monotonic() + AWAY_PAUSE_FACTOR * (time.monotonic() - began)
    is_kept = spool.keep(body)
    if is_kept and answer.retry_after_seconds:
        spool.put_off(answer.retry_after_seconds)
    if is_kept:
        _say("報告できませんでした。保存して次回送信します (not delivered; saved for later): " + answer.describe())
    else:
        _say("報告も保存もできませんでした (neither delivered nor saved): " + answer.describe())
    return False


def _send(settings: Settings, body: bytes) -> Answer:
    """Tries once and, if that failed at once, a second time: a daily job's next report is a day away."""
    deadline = time.monotonic() + settings.timeout_seconds
    answer = _post_or_reduce(settings, body, settings.timeout_seconds)
    pause_seconds = max(RETRY_PAUSE_SECONDS, answer.retry_after_seconds or 0.0)
    if (
        not answer.is_worth_retrying
        or pause_seconds > RETRY_PAUSE_SECONDS_MAX
        or time.monotonic() + 2 * pause_seconds > deadline
    ):
        return answer
    time.sleep(pause_seconds)
    return _post_or_reduce(settings, body, deadline - time.monotonic())


def _post_or_reduce(settings: Settings, body: bytes, seconds: float) -> Answer:
    """Posts a report; if it is refused, posts it without optional fields, so that the outcome arrives."""
    deadline = time.monotonic() + seconds
    first = _post_within(settings, settings.url, body, seconds)
    if not first.is_refused:
        return first
    for smaller in _reduce(json.loads(body.decode("utf-8")), first.describe()):
        seconds_left = deadline - time.monotonic()
        if seconds_left <= 0.05:
            break
        answer = _post_within(settings, settings.url, _encode(smaller), seconds_left)
        if answer.is_accepted:
            _say("一部の項目を除いて報告しました。理由 (reported without some fields; reason): " + first.describe())
        if not answer.is_refused:
            return answer
    return first


def _reduce(report: Payload, complaint: str) -> List[Payload]:
    """The report without the optional fields that the portal named, and without any optional field."""
    named = [
        name for name in report if name not in CORE_FIELDS and re.search(r"\b{}\b".format(name), complaint)
    ]
    without_named = {name: value for name, value in report.items() if name not in named}
    core = {name: value for name, value in report.items() if name in CORE_FIELDS}
    smaller = [without_named, core] if without_named != core else [core]
    return [candidate for candidate in smaller if candidate != report]


# --- Starts ---

_starts_in_flight: List[threading.Thread] = []


def _start_url(url: str) -> Optional[str]:
    parts = urllib.parse.urlsplit(url)
    folder, _, last = parts.path.rstrip("/").rpartition("/")
    if last != "job-report":
        return None
    return urllib.parse.urlunsplit(parts._replace(path=folder + "/job-start"))


def _send_start(
    settings: Settings, run_id: str, started_at: datetime, host: Optional[str]
) -> Optional[threading.Thread]:
    """Reports in the background that a run started, so that the job does not wait for the portal."""
    url = _start_url(settings.url)
    if url is None or _is_away(settings):
        return None
    start = {
        "job_key": settings.job_key,
        "title": settings.title,
        "run_id": run_id,
        "started_at": _iso_time(started_at),
        "host": host,
        "tool_id": settings.tool_id,
    }
    body = _encode({name: value for name, value in start.items() if value is not None})
    thread = threading.Thread(
        target=_post,
        args=(settings, url, body, settings.timeout_seconds),
        name="tc-portal-start",
        daemon=True,
    )
    thread.start()
    _starts_in_flight.append(thread)
    return thread


def _wait_for_start(thread: Optional[threading.Thread]) -> None:
    if thread is not None:
        thread.join(START_WAIT_SECONDS)
        # Another thread may be processing the same start.
        with contextlib.suppress(ValueError):
            _starts_in_flight.remove(thread)


@_never_raise
def _wait_before_fork() -> None:
    for thread in list(_starts_in_flight):
        _wait_for_start(thread)


if hasattr(os, "register_at_fork"):
    # A job that forks while our thread holds a lock could hang in the child.
    os.register_at_fork(before=_wait_before_fork, after_in_child=_starts_in_flight.clear)


# --- As a function ---


@_never_raise
def report_job_status(
    status: str,
    message: Optional[str] = None,
    *,
    started_at: Optional[Moment] = None,
    finished_at: Optional[Moment] = None,
    duration_ms: Optional[float] = None,
    run_id: Optional[str] = None,
    exit_code: Optional[int] = None,
    host: Optional[str] = None,
    log: Optional[str] = None,
    metrics: Optional[Mapping[str, Any]] = None,
    schedule: Optional[Mapping[str, Any]] = None,
    job_key: Optional[str] = None,
    title: Optional[str] = None,
    tool_id: Optional[str] = None,
) -> None:
    """TC Portal にジョブの結果 ('success' または 'error') を報告する。例外は発生しない。

    Reports the outcome of a job and never raises. Times are datetimes or ISO 8601 text."""
    settings = _read_settings(job_key, title, tool_id)
    if settings is None:
        return
    if status not in ("success", "error"):
        _say("報告できません (not reported): status must be 'success' or 'error', not " + repr(status)[:50])
        return
    report = _build_report(
        settings,
        status,
        message,
        started_at=started_at,
        finished_at=finished_at,
        duration_ms=duration_ms,
        run_id=run_id,
        exit_code=exit_code,
        host=host,
        log=log,
        metrics=metrics,
        schedule=schedule,
    )
    if _deliver(settings, report):
        _say("報告成功: " + status)


# --- As a decorator and context manager ---


class Run:
    """One run of a job. Set `message`, `metrics` or `log` at any time; they are sent with the outcome."""

    def __init__(
        self,
        settings: Optional[Settings],
        host: Optional[str] = None,
        schedule: Optional[Mapping[str, Any]] = None,
    ) -> None:
        self.run_id = str(uuid.uuid4())
        self.started_at = datetime.now(timezone.utc)
        self.message: Optional[str] = None
        self.metrics: Dict[str, Any] = {}
        self.log: Optional[str] = None
        self._settings = settings
        self._host = host or _find_host()
        self._schedule = schedule
        self._is_failed = False
        self._began = time.monotonic()
        self._process_id = os.getpid()
        self._start: Optional[threading.Thread] = None
        self._outer: Optional[Run] = None

    def fail(self, message: Optional[str] = None) -> None:
        """Marks this run as an error without an exception."""
        self._is_failed = True
        self.message = message if message is not None else self.message

    @_never_raise
    def _report_start(self) -> None:
        if self._settings is not None:
            self._start = _send_start(self._settings, self.run_id, self.started_at, self._host)

    @_never_raise
    def _report_finish(
        self, status: str, message: Optional[object], log: Optional[object], exit_code: Optional[int]
    ) -> None:
        # A forked child that leaves the same block is not this run.
        if self._settings is None or os.getpid() != self._process_id:
            return
        report = _build_report(
            self._settings,
            status,
            message,
            started_at=self.started_at,
            duration_ms=(time.monotonic() - self._began) * 1000,
            run_id=self.run_id,
            exit_code=exit_code,
            host=self._host,
            log=log,
            metrics=self.metrics,
            schedule=self._schedule,
        )
        _wait_for_start(self._start)
        _deliver(self._settings, report)

    @_never_raise
    def _report_outcome(
        self,
        exception_type: ExceptionType,
        exception: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        exit_code = _exit_code_of(exception)
        if exception_type is None or issubclass(exception_type, GeneratorExit) or exit_code == 0:
            self._report_finish("error" if self._is_failed else "success", self.message, self.log, exit_code)
            return
        log = "\n".join(
            str(part)
            for part in (self.message, self.log, _format_traceback(exception_type, exception, trace))
            if part
        )
        self._report_finish("error", _describe_exception(exception_type, exception), log, exit_code)


def _exit_code_of(exception: Optional[BaseException]) -> Optional[int]:
    if not isinstance(exception, SystemExit):
        return None
    if exception.code is None:
        return 0
    return int(exception.code) if isinstance(exception.code, int) else 1


def _describe_exception(exception_type: Type[BaseException], exception: Optional[BaseException]) -> str:
    """The exception as the last line of a traceback shows it."""
    name = exception_type.__qualname__
    if exception_type.__module__ not in ("builtins", "__main__"):
        name = exception_type.__module__ + "." + name
    try:
        text = str(exception)
    except Exception:
        text = "<str() failed>"
    return name + ": " + text if text else name


def _format_traceback(
    exception_type: Type[BaseException], exception: Optional[BaseException], trace: Optional[TracebackType]
) -> str:
    while trace is not None and trace.tb_frame.f_code.co_filename == _THIS_FILE:
        trace = trace.tb_next
    try:
        text = "".join(traceback.format_exception(exception_type, exception, trace))
    except Exception:
        text = _describe_exception(exception_type, exception)
    if len(text) <= TRACEBACK_LENGTH_MAX:
        return text
    return _describe_cut(len(text) - TRACEBACK_LENGTH_MAX, "文字", "characters") + text[-TRACEBACK_LENGTH_MAX:]


_current_run: "contextvars.ContextVar[Optional[Run]]" = contextvars.ContextVar("tc_portal_run", default=None)


def current_run() -> Run:
    """The run that this code is part of; outside of a run, one that is never reported."""
    return _current_run.get() or Run(None)


class Monitor:
    """The result of `monitor()`: a decorator and a (sync and async) context manager."""

    def __init__(
        self,
        job_key: Optional[str] = None,
        title: Optional[str] = None,
        tool_id: Optional[str] = None,
        host: Optional[str] = None,
        schedule: Optional[Mapping[str, Any]] = None,
    ) -> None:
        self._job_key = job_key
        self._title = title
        self._tool_id = tool_id
        self._host = host
        self._schedule = schedule
        self._open_runs: List[Run] = []

    def __call__(self, function: AnyFunction) -> AnyFunction:
        if inspect.isasyncgenfunction(function) or not callable(function):
            _say("監視できない種類の関数です (cannot be monitored): " + str(getattr(function, "__name__", function)))
            return function
        if inspect.iscoroutinefunction(function):
            return cast(AnyFunction, self._wrap_coroutine(function))
        if inspect.isgeneratorfunction(function):
            return cast(AnyFunction, self._wrap_generator(function))
        return cast(AnyFunction, self._wrap_function(function))

    def __enter__(self) -> Run:
        run = Run(_read_settings(self._job_key, self._title, self._tool_id), self._host, self._schedule)
        run._outer = _current_run.get()
        _current_run.set(run)
        self._open_runs.append(run)
        run._report_start()
        return run

    def __exit__(
        self,
        exception_type: ExceptionType,
        exception: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        run = self._leave_run()
        if run is not None:
            run._report_outcome(exception_type, exception, trace)

    async def __aenter__(self) -> Run:
        return self.__enter__()

    async def __aexit__(
        self,
        exception_type: ExceptionType,
        exception: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        run = self._leave_run()
        if run is not None:
            await _call_beside_loop(functools.partial(run._report_outcome, exception_type, exception, trace))

    def _leave_run(self) -> Optional[Run]:
        if not self._open_runs:
            return None
        current = _current_run.get()
        run = current if current in self._open_runs and current else self._open_runs[-1]
        self._open_runs.remove(run)
        _current_run.set(run._outer)
        return run

    def _renew(self) -> "Monitor":
        return Monitor(self._job_key, self._title, self._tool_id, self._host, self._schedule)

    def _wrap_function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def monitored(*args: Any, **kwargs: Any) -> Any:
            with self._renew():
                return function(*args, **kwargs)

        return monitored

    def _wrap_coroutine(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        async def monitored(*args: Any, **kwargs: Any) -> Any:
            async with self._renew():
                return await function(*args, **kwargs)

        return monitored

    def _wrap_generator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def monitored(*args: Any, **kwargs: Any) -> Any:
            with self._renew():
                return (yield from function(*args, **kwargs))

        return monitored


async def _call_beside_loop(call: Callable[[], None]) -> None:
    """Calls without blocking the event loop, if asyncio runs one."""
    try:
        import asyncio

        call_done = asyncio.get_running_loop().run_in_executor(None, call)
    except Exception:
        call()
        return
    await call_done


@overload
def monitor(job_key: AnyFunction) -> AnyFunction:
    ...


@overload
def monitor(
    job_key: Optional[str] = None,
    title: Optional[str] = None,
    *,
    tool_id: Optional[str] = None,
    host: Optional[str] = None,
    schedule: Optional[Mapping[str, Any]] = None,
) -> Monitor:
    ...


def monitor(
    job_key: Any = None,
    title: Optional[str] = None,
    *,
    tool_id: Optional[str] = None,
    host: Optional[str] = None,
    schedule: Optional[Mapping[str, Any]] = None,
) -> Any:
    """ジョブの開始と結果を報告するデコレーター兼コンテキストマネージャー。

    `@monitor()`, `@monitor(job_key="x")`, `with monitor() as run:`, `async with monitor() as run:`.
    An exception is reported with its traceback and raised again."""
    if callable(job_key):
        return Monitor()(job_key)
    return Monitor(job_key, title, tool_id, host, schedule)


# --- As a command around a program ---


class OutputLog:
    """The first and the last part of a program's output, in limited memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._head = bytearray()
        self._tail = bytearray()
        self._total_bytes = 0

    def add(self, data: bytes) -> None:
        with self._lock:
            self._total_bytes += len(data)
            room_bytes = OUTPUT_HEAD_BYTES - len(self._head)
            if room_bytes > 0:
                self._head += data[:room_bytes]
                data = data[room_bytes:]
            self._tail += data
            if len(self._tail) > 2 * OUTPUT_TAIL_BYTES:
                del self._tail[:-OUTPUT_TAIL_BYTES]

    def text(self) -> str:
        with self._lock:
            head, tail = bytes(self._head), bytes(self._tail[-OUTPUT_TAIL_BYTES:])
            cut_bytes = self._total_bytes - len(head) - len(tail)
        if not cut_bytes:
            return _decode_output(head + tail)
        # Whole lines where possible, so that no character is cut in two.
        whole_head = head[: head.rfind(b"\n") + 1] or head
        whole_tail = tail[tail.find(b"\n") + 1 :] or tail
        cut_bytes += len(head) - len(whole_head) + len(tail) - len(whole_tail)
        return (
            _decode_output(whole_head) + _describe_cut(cut_bytes, "バイト", "bytes") + _decode_output(whole_tail)
        )


def _decode_output(data: bytes) -> str:
    """Decodes line by line, because a job in UTF-8 may call a program that prints CP932."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(_decode_line(line) for line in data.split(b"\n"))


def _decode_line(line: bytes) -> str:
    for encoding in ("utf-8", "cp932"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            pass
    return line.decode("utf-8", "replace")


class Tee(threading.Thread):
    """Passes one stream of the program through as it arrives, and adds it to the log by whole lines."""

    def __init__(self, source: IO[bytes], write: Callable[[bytes], None], log: OutputLog) -> None:
        super().__init__(name="tc-portal-tee", daemon=True)
        self._source = source
        self._write = write
        self._log = log
        self._line = b""
        self._recent = b""
        self._is_writing = False
        self._last_data_at = time.monotonic()

    def run(self) -> None:
        descriptor = self._source.fileno()
        while True:
            try:
                data = os.read(descriptor, OUTPUT_CHUNK_BYTES)
            except OSError:
                break
            if not data:
                break
            self._is_writing = True
            self._collect(data)
            try:
                self._write(data)
            except BrokenPipeError:
                # The reader is gone: let the program notice it as it would without us.
                break
            except Exception:
                self._write = _write_nowhere
            self._last_data_at = time.monotonic()
            self._is_writing = False
        self._source.close()

    def finish(self, finished_at: float) -> None:
        """Waits for the rest of the output, but not for a background process that keeps the pipe open."""
        while self.is_alive():
            now = time.monotonic()
            is_quiet = now - max(finished_at, self._last_data_at) > OUTPUT_QUIET_SECONDS
            if not self._is_writing and (is_quiet or now - finished_at > OUTPUT_DRAIN_SECONDS):
                break
            self.join(0.05)
        rest, self._line = self._line, b""
        self._log.add(rest)

    @property
    def last_line(self) -> str:
        lines = [line.strip() for line in _decode_output(self._recent).splitlines()]
        return next((line for line in reversed(lines) if line), "")

    def _collect(self, data: bytes) -> None:
        self._recent = (self._recent + data)[-4096:]
        lines, newline, rest = (self._line + data).rpartition(b"\n")
        if len(rest) > OUTPUT_CHUNK_BYTES:
            lines, newline, rest = lines + newline + rest, b"", b""
        self._line = rest
        self._log.add(lines + newline)


def _write_nowhere(_data: bytes) -> None:
    pass


def _choose_writer(stream: Any) -> Callable[[bytes], None]:
    try:
        if stream is None:
            return _write_nowhere
        if _is_windows_console(stream):
            return ConsoleWriter(stream).write
        return functools.partial(_write_all, stream.fileno())
    except Exception:
        return _write_nowhere


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            import select

            select.select([], [descriptor], [], 1.0)


class ConsoleWriter:
    """Writes to a Windows console as text: its code page would garble UTF-8 bytes."""

    def __init__(self, stream: Any) -> None:
        import codecs

        self._stream = stream
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._cp932 = codecs.getincrementaldecoder("cp932")("replace")
        self._is_utf8 = True

    def write(self, data: bytes) -> None:
        self._stream.write(self._decode(data))
        self._stream.flush()

    def _decode(self, data: bytes) -> str:
        if self._is_utf8:
            unfinished = self._utf8.getstate()[0]
            try:
                return self._utf8.decode(data)
            except UnicodeDecodeError:
                self._is_utf8 = False
                data = unfinished + data
        return self._cp932.decode(data)


class SignalForwarder:
    """Passes the signals that we receive on to the program, which decides what to do."""

    NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGBREAK")

    def __init__(self) -> None:
        self._process: Any = None
        self._pending: List[int] = []
        self._previous: Dict[int, Any] = {}

    def install(self) -> None:
        import signal

        for name in self.NAMES:
            number = getattr(signal, name, None)
            # nohup and `&` make the shell ignore some; the program must ignore them too.
            if number is None or signal.getsignal(number) in (signal.SIG_IGN, None):
                continue
            try:
                self._previous[number] = signal.signal(number, self._receive)
            except (ValueError, OSError):
                pass

    def attach(self, process: Any) -> None:
        self._process = process
        while self._pending:
            self._forward(self._pending.pop(0))

    def restore(self) -> None:
        """Restores Ctrl-C; the other signals stay disabled until the report is sent."""
        import signal

        for number, previous in self._previous.items():
            if number == signal.SIGINT:
                signal.signal(number, previous)

    def _receive(self, number: int, _frame: Any) -> None:
        if self._process is None:
            self._pending.append(number)
        elif not _has_terminal_sent(number):
            self._forward(number)

    def _forward(self, number: int) -> None:
        try:
            self._process.send_signal(number)
        except (OSError, ValueError):
            pass


def _has_terminal_sent(number: int) -> bool:
    """Whether the program already got the signal from the terminal, like all foreground processes."""
    import signal

    if _IS_WINDOWS:
        return number != signal.SIGTERM
    return number in (signal.SIGINT, signal.SIGQUIT) and _is_in_foreground()


def _is_in_foreground() -> bool:
    if _IS_WINDOWS:
        return False
    try:
        terminal = os.open(os.ctermid(), os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


class ProgramResult(NamedTuple):
    exit_code: int
    message: Optional[str] = None
    log: Optional[str] = None


def run_program(
    command: List[str],
    job_key: Optional[str] = None,
    title: Optional[str] = None,
    timeout_seconds: Optional[float] = None,
    keeps_log: bool = True,
) -> int:
    """Runs a program, reports its start and outcome, and returns its exit code."""
    settings = _read_settings(job_key, title)
    run = Run(settings)
    run._report_start()
    forwarder = SignalForwarder()
    forwarder.install()
    result = _run_child(command, forwarder, timeout_seconds, keeps_log and settings is not None)
    try:
        forwarder.restore()
        status = "success" if result.exit_code == 0 else "error"
        run._report_finish(status, result.message, result.log, result.exit_code)
    except KeyboardInterrupt:
        pass
    return result.exit_code


def _run_child(
    command: List[str], forwarder: SignalForwarder, timeout_seconds: Optional[float], keeps_log: bool
) -> ProgramResult:
    import subprocess

    # In its own group a program can be stopped with all its children, but Ctrl-C does not reach it.
    has_own_group = timeout_seconds is not None and not _IS_WINDOWS and not _is_in_foreground()
    try:
        process = subprocess.Popen(
            _resolve_command(command),
            bufsize=0,
            stdout=subprocess.PIPE if keeps_log else None,
            stderr=subprocess.PIPE if keeps_log else None,
            env=_child_environment() if keeps_log else None,
            close_fds=False,
            start_new_session=has_own_group,
            creationflags=_creation_flags(),
        )
    except (OSError, ValueError) as error:
        return _explain_no_start(command, error)
    forwarder.attach(process)
    tees = _start_tees(process) if keeps_log else []
    is_timed_out = False
    try:
        process.wait(timeout_seconds)
    except subprocess.TimeoutExpired:
        is_timed_out = True
        _stop_child(process, has_own_group)
    finished_at = time.monotonic()
    for tee in tees:
        tee.finish(finished_at)
    exit_code = EXIT_TIMED_OUT if is_timed_out else _shell_exit_code(process.returncode)
    message = _explain_exit(process.returncode, timeout_seconds if is_timed_out else None, tees)
    return ProgramResult(exit_code, message, (tees[0]._log.text() or None) if tees else None)


def _resolve_command(command: List[str]) -> List[str]:
    if not _IS_WINDOWS:
        return command
    import shutil

    # CreateProcess finds only .exe files, not the .cmd and .bat files that a prompt finds.
    return [shutil.which(command[0]) or command[0]] + command[1:]


def _child_environment() -> Dict[str, str]:
    """Makes a Python program print as it would without us, although it now prints to a pipe."""
    environment = dict(os.environ)
    try:
        if sys.stdout is not None and sys.stdout.isatty():
            environment.setdefault("PYTHONUNBUFFERED", "1")
            if _IS_WINDOWS:
                environment.setdefault("PYTHONIOENCODING", "utf-8")
    except Exception:
        pass
    return environment


def _creation_flags() -> int:
    import subprocess

    # Under pythonw there is no console, and the program must not open one.
    return int(getattr(subprocess, "CREATE_NO_WINDOW", 0)) if sys.stdout is None else 0


def _start_tees(process: Any) -> List[Tee]:
    log = OutputLog()
    tees = [
        Tee(process.stdout, _choose_writer(sys.stdout), log),
        Tee(process.stderr, _choose_writer(sys.stderr), log),
    ]
    for tee in tees:
        tee.start()
    return tees


def _stop_child(process: Any, has_own_group: bool) -> None:
    import signal
    import subprocess

    if _IS_WINDOWS:
        try:
            quiet = subprocess.DEVNULL
            subprocess.call(["taskkill", "/T", "/F", "/PID", str(process.pid)], stdout=quiet, stderr=quiet)
        except OSError:
            pass
        process.kill()
        process.wait()
        return
    send = os.killpg if has_own_group else os.kill
    try:
        send(process.pid, signal.SIGTERM)
        process.wait(STOP_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        send(process.pid, signal.SIGKILL)
        process.wait()
    except OSError:
        process.wait()


def _shell_exit_code(return_code: int) -> int:
    if return_code < 0 and not _IS_WINDOWS:
        return 128 - return_code
    # Windows' codes from 0x80000000 up fit the portal's integer and our own exit code only if signed.
    return return_code - 2**32 if return_code >= 2**31 else return_code


def _explain_no_start(command: List[str], error: Exception) -> ProgramResult:
    if isinstance(error, FileNotFoundError):
        exit_code, reason = EXIT_NOT_FOUND, "コマンドが見つかりません (command not found)"
    else:
        exit_code, reason = EXIT_CANNOT_START, "コマンドを実行できません (command cannot be executed)"
    message = "{}: {}".format(reason, command[0])
    _say(message)
    return ProgramResult(exit_code, message)


def _explain_exit(return_code: int, seconds: Optional[float], tees: List[Tee]) -> Optional[str]:
    if seconds is not None:
        return "制限時間 {0:g} 秒を超えたため停止しました (stopped after {0:g} seconds)".format(seconds)
    if return_code == 0:
        return None
    if return_code < 0 and not _IS_WINDOWS:
        return "シグナル {0} で終了しました (ended by {0})".format(_signal_name(-return_code))
    what = "終了コード {0} (exit code {0})".format(_shell_exit_code(return_code))
    last_line = next((tee.last_line for tee in reversed(tees) if tee.last_line), "")
    return what + ": " + last_line if last_line else what


def _signal_name(number: int) -> str:
    import signal

    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


# --- Commands ---


def flush_reports() -> int:
    """Sends the saved reports; 1 if some are still unsent."""
    settings = _read_settings()
    if settings is None:
        return 0
    result = _flush_spool(settings, FLUSH_COMMAND_SECONDS)
    if result.waiting:
        reason = ": " + result.last_problem if result.last_problem else ""
        _say("未送信の報告が {0} 件残っています ({0} reports are still unsent){1}".format(result.waiting, reason))
        return 1
    if not result.sent:
        _say("未送信の報告はありません (no unsent reports)")
    return 0


def check_connection() -> int:
    """Sends a report for a separate test job and shows the settings and the portal's response."""
    settings = _read_settings("test-job", "テストジョブ")
    _describe_settings(settings)
    if settings is None:
        return 1
    report = _build_report(settings, "success", "テスト報告 (tc_portal.py test)")
    began = time.monotonic()
    answer = _post_within(settings, settings.url, _fit_report(report), settings.timeout_seconds)
    _say("応答 (response, {:.0f} ms): {}".format((time.monotonic() - began) * 1000, answer.describe()))
    if answer.status:
        _say("本文 (body): " + answer.text[:1000])
    return 0 if answer.is_accepted else 1


def _describe_settings(settings: Optional[Settings]) -> None:
    from urllib.request import getproxies, proxy_bypass

    for name in (
        "TC_PORTAL_JOB_KEY",
        "TC_PORTAL_JOB_TITLE",
        "TC_PORTAL_TOOL_ID",
        "TC_PORTAL_TIMEOUT_SECONDS",
    ):
        _say("{} = {}".format(name, _environment(name) or "未設定 (not set)"))
    secret = _environment("TC_PORTAL_WEBHOOK_SECRET") or ""
    _say(
        "TC_PORTAL_WEBHOOK_SECRET = "
        + ("設定済み (set, {} characters)".format(len(secret)) if secret else "未設定 (not set)")
    )
    if settings is None:
        return
    _say("TC_PORTAL_MONITOR_URL = " + _without_password(settings.url))
    spool = Spool(settings.spool_folder)
    _say("保存先 (spool): {}, 未送信 {} 件 (unsent)".format(settings.spool_folder or "-", len(spool.list_waiting())))
    parts = urllib.parse.urlsplit(settings.url)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.netloc.rpartition("@")[2]):
        _say("プロキシ (proxy): " + _without_password(proxy))
    _say("Python {} ({}), tc_portal {}".format(sys.version.split()[0], sys.platform, __version__))


def _without_password(url: str) -> str:
    try:
        parts = urllib.parse.urlsplit(url)
        return urllib.parse.urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    except ValueError:
        return "?"


def _split_program(arguments: List[str]) -> Tuple[List[str], List[str]]:
    """Splits `--key K -- program --flag` into our options and the program's own arguments."""
    index = 0
    while index < len(arguments) and arguments[index].startswith("-"):
        option = arguments[index]
        if option == "--":
            return arguments[:index], arguments[index + 1 :]
        has_value = option in ("--key", "--title", "--timeout-seconds")
        index += 2 if has_value else 1
    return arguments[:index], arguments[index:]


def _make_parser() -> Any:
    import argparse

    parser = argparse.ArgumentParser(
        prog="tc_portal",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="run | report | flush | test")
    run = commands.add_parser(
        "run",
        usage="tc_portal run [options] -- program ...",
        help="プログラムを実行して結果を報告 (run a program and report its result)",
    )
    run.add_argument("--key", help="job_key (default: TC_PORTAL_JOB_KEY)")
    run.add_argument("--title", help="title (default: TC_PORTAL_JOB_TITLE)")
    run.add_argument(
        "--timeout-seconds", type=float, help="指定した秒数で停止 (stop the program after this many seconds)"
    )
    run.add_argument("--no-log", action="store_true", help="出力を送信しない (do not send the output)")
    report = commands.add_parser("report", help="結果だけを報告 (report a result)")
    report.add_argument("status", choices=["success", "error"])
    report.add_argument("--message")
    report.add_argument("--key", help="job_key (default: TC_PORTAL_JOB_KEY)")
    report.add_argument("--title", help="title (default: TC_PORTAL_JOB_TITLE)")
    report.add_argument("--exit-code", type=int)
    report.add_argument("--run-id")
    commands.add_parser("flush", help="未送信の報告を送信 (send saved reports)")
    commands.add_parser("test", help="設定とポータルの応答を表示 (show the settings and the portal's response)")
    return parser


def main(arguments: Optional[List[str]] = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    program: List[str] = []
    if words[:1] == ["run"]:
        own_words, program = _split_program(words[1:])
        words = ["run"] + own_words
    _make_output_lenient()
    parser = _make_parser()
    options = parser.parse_args(words)
    if options.command == "run":
        if not program:
            parser.error("プログラムを指定してください (no program given): tc_portal run [options] -- program ...")
        return run_program(program, options.key, options.title, options.timeout_seconds, not options.no_log)
    if options.command == "report":
        report_job_status(
            options.status,
            options.message,
            job_key=options.key,
            title=options.title,
            exit_code=options.exit_code,
            run_id=options.run_id,
        )
        return 0
    if options.command == "flush":
        return flush_reports()
    if options.command == "test":
        return check_connection()
    parser.print_help()
    return 2


def _make_output_lenient() -> None:
    """The help is Japanese; a terminal that cannot show it must not cause an error."""
    for stream in (sys.stdout, sys.stderr):
        try:
            cast(Any, stream).reconfigure(errors="replace")
        except Exception:
            pass


def _leave(exit_code: int) -> None:
    """Exits with exactly this code: the interpreter's own exit may wait for threads or change it to 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    os._exit(exit_code)


if __name__ == "__main__":
    _leave(main())
