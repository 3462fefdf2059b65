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

import _thread
import atexit
import contextlib
import contextvars
import enum
import functools
import hashlib
import inspect
import itertools
import json
import math
import re
import threading
import time
import traceback
import unicodedata
import urllib.parse
import uuid
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import (
    IO,
    Any,
    Callable,
    Dict,
    Iterator,
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

__version__ = "1.1.0"
__all__ = ["Monitor", "Run", "current_run", "monitor", "report_job_status"]

DEFAULT_TIMEOUT_SECONDS = 10.0
START_WAIT_SECONDS = 2.0
RETRY_PAUSE_SECONDS = 1.0
RETRY_PAUSE_SECONDS_MAX = 2.0
FLUSH_SECONDS = 5.0
FLUSH_COMMAND_SECONDS = 300.0
FLUSH_FAILURES_MAX = 3
# A saved report that failed so often on its own is sent after the others.
SUSPECT_TRIES = 3
WARNINGS_SHOWN_MAX = 5
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
OUTPUT_DRAIN_SECONDS = 0.5
STOP_GRACE_SECONDS = 10.0
# Whatever sends SIGTERM sends SIGKILL later: Docker after 10 seconds.
STOP_SECONDS = 4.0

EXIT_TIMED_OUT = 124
EXIT_CANNOT_START = 126
EXIT_NOT_FOUND = 127

# What the portal accepts; its first version refuses a report that has more.
JOB_KEY_LENGTH_MAX = 200
TITLE_LENGTH_MAX = 500
RUN_ID_LENGTH_MAX = 200
HOST_LENGTH_MAX = 255
TOOL_ID_LENGTH_MAX = 100
METRICS_MAX = 100
METRIC_NAME_LENGTH_MAX = 100
DURATION_MS_MAX = 10 * 365 * 86_400_000
# A time outside of this century is a mistake, and would order the report behind all others.
EARLIEST_TIME = datetime(2000, 1, 1, tzinfo=timezone.utc)
LATEST_TIME = datetime(2100, 1, 1, tzinfo=timezone.utc)
NAIVE_TIME_TOLERANCE = timedelta(minutes=10)

REPORT_PATH = "/api/monitor/job-report"

# The fields that every version accepts. The others are omitted if the portal refuses the report.
CORE_FIELDS = ("job_key", "title", "status", "finished_at", "message")

SUCCESS_WORDS = ("success", "succeeded", "successful", "ok", "done", "completed", "true", "成功", "正常")
ERROR_WORDS = ("error", "failed", "failure", "fail", "ng", "false", "失敗", "異常", "エラー")

_THIS_FILE = (lambda: None).__code__.co_filename
_IS_WINDOWS = os.name == "nt"

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])
Payload = Dict[str, Any]
Moment = Union[datetime, str, float]
ExceptionType = Optional[Type[BaseException]]


# --- Messages on stderr ---

_already_said: Set[str] = set()


def _say(line: str) -> None:
    try:
        stream: Any = sys.stderr
        text = "[TC Portal] " + " ".join(_printable(line).split()) + "\n"
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
    # Why reports can only be saved at present: the URL or the secret cannot be used.
    problem: Optional[str] = None


@_never_raise
def _read_settings(
    job_key: Optional[object] = None, title: Optional[object] = None, tool_id: Optional[object] = None
) -> Optional[Settings]:
    """The settings of one report, or None if it must be skipped."""
    address = _environment("TC_PORTAL_MONITOR_URL", is_token=True)
    secret = _environment("TC_PORTAL_WEBHOOK_SECRET", is_token=True)
    if not address or not secret:
        _say_once(
            "環境変数未設定のためスキップ"
            " (skipped: TC_PORTAL_MONITOR_URL or TC_PORTAL_WEBHOOK_SECRET is not set)"
        )
        return None
    url = _read_address(address)
    problem = None
    if url is None:
        problem = "TC_PORTAL_MONITOR_URL が URL ではありません (not an http or https URL)"
    elif not all(" " <= char <= "~" for char in secret) or _PLACEHOLDER.match(secret):
        problem = "TC_PORTAL_WEBHOOK_SECRET に使えない文字があります (the secret is not plain ASCII, or a placeholder)"
    own_key = _convert("job_key", _read_name, job_key)
    own_title = _convert("title", _read_name, title)
    return Settings(
        url=url or address,
        secret=secret,
        job_key=_fit_name(own_key or _environment("TC_PORTAL_JOB_KEY") or "default-job", JOB_KEY_LENGTH_MAX),
        title=_clip(
            own_title or own_key or _environment("TC_PORTAL_JOB_TITLE") or "Default Job", TITLE_LENGTH_MAX
        ),
        tool_id=_clip(
            _convert("tool_id", _read_name, tool_id) or _environment("TC_PORTAL_TOOL_ID") or "",
            TOOL_ID_LENGTH_MAX,
        )
        or None,
        spool_folder=_find_spool_folder(),
        timeout_seconds=_read_timeout_seconds(),
        problem=problem,
    )


_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "「": "」", "＂": "＂", "＇": "＇"}
_PLACEHOLDER = re.compile(r"^(?:\$\{\w+\}|\$[A-Z_]+|%\w+%|\{\{.*\}\}|<.*>)$")


def _environment(name: str, is_token: bool = False) -> Optional[str]:
    """The value as it was meant: batch files, `docker --env-file`, editors and copying add to it. A token is a URL
    or a secret, in which an escaped line break or an invisible character is never meant."""
    text = _read_environment(name)
    if is_token:
        text = "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf"))
        text = text if text.isascii() else unicodedata.normalize("NFKC", text)
    while True:
        before = text
        text = _trim(text)
        if text.startswith("ï»¿"):
            text = text[3:]
        if len(text) >= 2 and _QUOTES.get(text[0]) == text[-1]:
            text = text[1:-1]
        # The whole line was copied as the value.
        text = re.sub(r"^(?:(?:export|set)\s+)?{}\s*=".format(name), "", text, flags=re.IGNORECASE)
        if is_token:
            text = re.sub(r"(?:\\[rn])+$", "", text)
        if text == before:
            return text or None


def _read_environment(name: str) -> str:
    if _IS_WINDOWS or not hasattr(os, "environb"):
        return os.environ.get(name) or ""
    # Bytes, because the locale of cron is often not the encoding of the text.
    return _decode_output(os.environb.get(os.fsencode(name)) or b"")


def _trim(text: str) -> str:
    """Without blanks at both ends, nor byte order marks and other characters that nobody sees."""
    start, end = 0, len(text)
    while start < end and _is_invisible(text[start]):
        start += 1
    while end > start and _is_invisible(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def _read_address(text: str) -> Optional[str]:
    """The URL of reports as the portal knows it, without the slashes that it answers with a redirect."""
    try:
        parts = urllib.parse.urlsplit("".join(text.split()).strip("\"'<>,;"))
        if parts.scheme not in ("http", "https") or not parts.hostname or (parts.port or 1) <= 0:
            return None
    except ValueError:
        return None
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/") or REPORT_PATH
    return urllib.parse.urlunsplit(
        (
            parts.scheme,
            parts.netloc,
            urllib.parse.quote(path, safe="/%:@!$&'()*+,;=~"),
            urllib.parse.quote(parts.query, safe="/?%:@!$&'()*+,;=~"),
            "",
        )
    )


def _read_timeout_seconds() -> float:
    try:
        seconds = float(_environment("TC_PORTAL_TIMEOUT_SECONDS") or DEFAULT_TIMEOUT_SECONDS)
    except ValueError:
        return DEFAULT_TIMEOUT_SECONDS
    return min(max(seconds, 0.1), 300.0) if math.isfinite(seconds) else DEFAULT_TIMEOUT_SECONDS


def _find_spool_folder() -> Optional[str]:
    """The folder of saved reports; None if this user has no home folder."""
    chosen = _environment("TC_PORTAL_SPOOL_DIR")
    if chosen:
        base = os.path.abspath(os.path.expanduser(chosen))
    elif _IS_WINDOWS:
        local = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
        base = os.path.join(local, "tc_portal", "spool")
    else:
        base = os.path.expanduser("~/.tc_portal/spool")
    return base if os.path.isabs(base) else None


# --- The report ---


def _build_report(
    settings: Settings,
    status: object,
    message: Optional[object] = None,
    *,
    finished_at: Optional[object] = None,
    started_at: Optional[object] = None,
    duration_ms: Optional[object] = None,
    run_id: Optional[object] = None,
    exit_code: Optional[object] = None,
    host: Optional[object] = None,
    log: Optional[object] = None,
    metrics: Optional[object] = None,
    schedule: Optional[object] = None,
) -> Payload:
    """The report of an outcome. No value can prevent it: one that makes no sense is omitted, and named."""
    now = datetime.now(timezone.utc)
    finished = _convert("finished_at", _read_time, finished_at)
    started = _convert("started_at", _read_time, started_at)
    is_utc = any(_is_only_now_in_utc(moment, now) for moment in (finished, started))
    finished = _convert("finished_at", lambda moment: _to_utc(moment, is_utc), finished) or now
    started = _convert("started_at", lambda moment: _to_utc(moment, is_utc), started)
    if duration_ms is None and started is not None:
        duration_ms = max(timedelta(0), finished - started)
    word, note = _read_status(status)
    text = _convert("message", lambda value: _shown_text(value, settings), message)
    if note is not None:
        _say(note)
        text = note + (": " + text if text else "")
    report = {
        "job_key": settings.job_key,
        "title": settings.title,
        "status": word,
        "finished_at": finished.isoformat(),
        "started_at": started.isoformat() if started else None,
        "duration_ms": _convert("duration_ms", _read_duration, duration_ms),
        "run_id": _fit_name(_convert("run_id", _read_name, run_id) or str(uuid.uuid4()), RUN_ID_LENGTH_MAX),
        "exit_code": _convert("exit_code", _read_exit_code, exit_code),
        "host": _clip(_convert("host", _read_name, host) or _find_host() or "", HOST_LENGTH_MAX) or None,
        "tool_id": settings.tool_id,
        "message": None if text is None else _clip_message(text),
        "metrics": _convert("metrics", _read_metrics, metrics) or None,
        "schedule": _convert("schedule", _read_schedule, schedule) or None,
        "log": _convert("log", lambda value: _shown_text(value, settings), log) or None,
    }
    return {name: value for name, value in report.items() if value is not None}


def _convert(name: str, convert: Callable[[Any], Any], value: Any) -> Any:
    """The converted value; None for an invalid one, because the outcome must be sent anyway."""
    if value is None:
        return None
    try:
        return convert(value)
    except Exception:
        _say("無効な値のため省略しました (omitted, invalid value): " + name)
        return None


def _read_status(status: object) -> Tuple[str, Optional[str]]:
    """The outcome, and what to say of a word that names none: it counts as an error, so that somebody looks."""
    try:
        word = _trim(_text_of(status)).lower()
        if word in SUCCESS_WORDS:
            return "success", None
        if word in ERROR_WORDS:
            return "error", None
        shown = repr(word[:50])
    except Exception:
        shown = type(status).__name__
    return "error", "status {} は不明です (status must be 'success' or 'error')".format(shown)


def _text_of(value: object) -> str:
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _decode_output(bytes(value))
    return str.__str__(str(value))


def _shown_text(value: object, settings: Settings) -> str:
    try:
        text = _text_of(value)
    except Exception:
        text = "<" + type(value).__name__ + ">"
    # Redacting a very short secret would hide ordinary words.
    return text.replace(settings.secret, "***") if len(settings.secret) >= 8 else text


def _read_name(value: object) -> Optional[str]:
    """A key or title as the portal compares it: trimmed, composed, and without what it cannot store."""
    text = _trim(unicodedata.normalize("NFC", _text_of(value).replace("\0", "")))
    return text.encode("utf-8", "replace").decode("utf-8") or None


def _clip(text: str, length_max: int) -> str:
    return text if len(text) <= length_max else text[: length_max - 1] + "…"


def _fit_name(text: str, length_max: int) -> str:
    """Clips a name in such a way that two long ones stay two."""
    if len(text) <= length_max:
        return text
    return text[: length_max - 17] + "…" + _hash(text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


_ISO_TIME = re.compile(
    r"^(\d{4})[-/]?(\d\d)[-/]?(\d\d)[Tt ]\s*(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?"
    r"\s*(?:(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)(?:\[[^\]]*\])?)?$",
    re.IGNORECASE,
)
_MAIL_TIME = re.compile(
    r"^(?:[A-Z]{3}, *)?(\d{1,2}) +([A-Z]{3}) +(\d{4}) +(\d\d):(\d\d)(?::(\d\d))?"
    r"\s*(?:(Z|UTC?|GMT|[+-]\d\d:?\d\d)(?: *\([^)]*\))?)?$",
    re.IGNORECASE,
)
_CTIME = re.compile(r"^[A-Z]{3} +([A-Z]{3}) +(\d{1,2}) +(\d\d):(\d\d):(\d\d) +(\d{4})$", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _read_time(value: object) -> datetime:
    """The time that a datetime, a struct_time, a number since 1970 or a text names, perhaps without a zone."""
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, datetime):
        # A plain copy: a subclass may have no year, as pandas.NaT, or format itself in its own way.
        return datetime(
            value.year,
            value.month,
            value.day,
            value.hour,
            value.minute,
            value.second,
            value.microsecond,
            value.tzinfo,
            fold=value.fold,
        )
    if isinstance(value, time.struct_time):
        return _make_time(value[:6], 0, None).replace(
            tzinfo=None if value.tm_gmtoff is None else timezone(timedelta(seconds=value.tm_gmtoff))
        )
    number = None if isinstance(value, bool) else _read_number(value)
    if number is not None:
        return _time_of_number(number)
    text = _trim(_text_of(value))
    if re.match(r"^\d{9,19}(?:\.\d+)?$", text):
        return _time_of_number(float(text))
    found = _ISO_TIME.match(text)
    if found:
        microseconds = int((found.group(7) or "0").ljust(6, "0")[:6])
        return _make_time(found.groups("0")[:6], microseconds, found.group(8))
    found = _MAIL_TIME.match(text)
    if found:
        day, month, year, hour, minute, second, zone = found.groups()
        return _make_time((year, _month_number(month), day, hour, minute, second or 0), 0, zone)
    found = _CTIME.match(text)
    if found:
        month, day, hour, minute, second, year = found.groups()
        return _make_time((year, _month_number(month), day, hour, minute, second), 0, None)
    raise ValueError("not a time")


def _make_time(parts: Any, microseconds: int, zone: Optional[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part) for part in parts)
    # A leap second.
    moment = datetime(year, month, day, hour, minute, min(second, 59), microseconds)
    if not zone:
        return moment
    if zone[0] not in "+-":
        return moment.replace(tzinfo=timezone.utc)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return moment.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset))


def _month_number(name: str) -> int:
    return _MONTHS.index(name.lower()) + 1


def _time_of_number(number: float) -> datetime:
    for units_per_second in (1.0, 1e3, 1e6, 1e9):
        seconds = number / units_per_second
        if EARLIEST_TIME.timestamp() <= seconds <= LATEST_TIME.timestamp():
            return datetime.fromtimestamp(seconds, timezone.utc)
    raise ValueError("not a number of seconds or milliseconds since 1970")


def _to_utc(moment: datetime, is_utc: bool) -> datetime:
    """The instant. A time without a zone is in this machine's local time, unless the caller knows that it is UTC."""
    if moment.tzinfo is None and is_utc:
        moment = moment.replace(tzinfo=timezone.utc)
    moment = moment.astimezone(timezone.utc)
    if not EARLIEST_TIME <= moment <= LATEST_TIME:
        raise ValueError("not in this century")
    return moment


def _is_only_now_in_utc(moment: Optional[datetime], now: datetime) -> bool:
    """Whether a time without a zone comes from `datetime.utcnow()`: only its reading as UTC is near the present."""
    try:
        if moment is None or moment.tzinfo is not None:
            return False
        in_utc = abs(moment.replace(tzinfo=timezone.utc) - now)
        return in_utc <= NAIVE_TIME_TOLERANCE < abs(moment.astimezone(timezone.utc) - now)
    except Exception:
        return False


def _read_duration(value: Any) -> int:
    if isinstance(value, timedelta):
        value = value.total_seconds() * 1000
    return _read_whole_number(value, 0, DURATION_MS_MAX)


def _read_exit_code(value: Any) -> int:
    # Windows' codes such as 0xC0000005 are unsigned.
    return _read_whole_number(value, -(2**31), 2**32 - 1)


def _read_whole_number(value: Any, low: int, high: int) -> int:
    if isinstance(value, enum.Enum):
        value = value.value
    if not isinstance(value, int):
        value = float(_text_of(value) if isinstance(value, (str, bytes, bytearray)) else value)
    number = int(round(value))
    if not low <= number <= high:
        raise ValueError("out of range")
    return number


def _find_host() -> Optional[str]:
    try:
        import socket

        return socket.gethostname() or None
    except Exception:
        return None


def _clip_message(text: str) -> str:
    # The portal counts as JavaScript does, so a character outside the BMP counts twice.
    units = text[: MESSAGE_LENGTH_MAX + 1].encode("utf-16-le", "surrogatepass")
    if len(units) <= MESSAGE_LENGTH_MAX * 2:
        return text
    return units[: (MESSAGE_LENGTH_MAX - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _read_metrics(metrics: Mapping[Any, Any]) -> Dict[str, float]:
    """The metrics that are numbers, with those of numpy and the like as plain numbers; omits the others."""
    found: Dict[str, float] = {}
    entries = list(itertools.islice(metrics.items(), 10 * METRICS_MAX))
    for name, value in entries:
        try:
            text, number = _read_name(name), _read_number(value)
        except Exception:
            continue
        if text is not None and number is not None and len(found) < METRICS_MAX:
            found[_clip(text, METRIC_NAME_LENGTH_MAX)] = number
    if len(found) < len(entries):
        _say(
            "数値ではない metrics や {0} 件を超える metrics を省略しました"
            " (omitted metrics that are not numbers, or more than {0})".format(METRICS_MAX)
        )
    return found


def _read_number(value: Any) -> Optional[float]:
    if isinstance(value, int) and abs(value) < 2**63:
        return int(value)
    try:
        number = None if isinstance(value, (str, bytes, bytearray)) else float(value)
    except Exception:
        return None
    return number if number is not None and math.isfinite(number) else None


def _read_schedule(schedule: Any) -> Dict[str, Any]:
    """The schedule as plain JSON; raises for values that JSON cannot represent."""
    found = json.loads(json.dumps(dict(schedule), allow_nan=False))
    return cast(Dict[str, Any], found)


def _encode(payload: Payload) -> bytes:
    return json.dumps(payload, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _fit_report(payload: Payload) -> Payload:
    """The report with its log cut in the middle (and fields omitted if needed), so that it fits the limit."""
    if len(_encode(payload)) <= BODY_BYTES_MAX:
        return payload
    rest = {name: value for name, value in payload.items() if name != "log"}
    if len(_encode(rest)) > BODY_BYTES_MAX and rest.pop("schedule", None) is not None:
        _say("サイズが大きすぎるため省略しました (omitted, too large): schedule")
    room_bytes = BODY_BYTES_MAX - len(_encode(dict(rest, log="")))
    if "log" in payload and room_bytes > 1_000:
        rest["log"] = _clip_log(payload["log"], room_bytes)
    return rest


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
    location: Optional[str] = None

    @property
    def content(self) -> Dict[str, Any]:
        """The portal's own JSON. A proxy answers with pages, also with status 200 or 400."""
        try:
            content = json.loads(self.text)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.status < 300 and self.content.get("success") is True

    @property
    def is_refused(self) -> bool:
        return self.status in (400, 413, 415, 422) and isinstance(self.content.get("error"), str)

    @property
    def is_worth_reducing(self) -> bool:
        # A proxy that limits bodies says so with a page.
        return self.is_refused or self.status == 413

    @property
    def is_worth_retrying(self) -> bool:
        return self.status in (0, 429) or self.status >= 500

    @property
    def is_about_this_report(self) -> bool:
        """Whether the next report may well be accepted."""
        return self.status in (0, 500) or self.is_refused

    @property
    def named_fields(self) -> Set[str]:
        """The fields that the portal complains about, without the part after a dot."""
        details = self.content.get("details")
        named = (
            [detail.get("field") for detail in details if isinstance(detail, dict)]
            if isinstance(details, list)
            else []
        )
        words = re.findall(r"\w+", str(self.content.get("error", "")))
        return {str(name).partition(".")[0] for name in named} | set(words)

    def describe(self) -> str:
        if self.status == 0:
            return self.text
        if 200 <= self.status < 300 and not self.is_accepted:
            return "HTTP {} ポータル以外からの応答です (not a response from the portal)".format(self.status)
        if 300 <= self.status < 400:
            return (
                "HTTP {} リダイレクトには対応していません。TC_PORTAL_MONITOR_URL を修正してください"
                " (redirects are not followed; correct the URL){}"
            ).format(self.status, ": " + _without_password(self.location) if self.location else "")
        return "HTTP {} {}".format(self.status, str(self.content.get("error", ""))[:300]).strip()


def _post_within(settings: Settings, url: str, body: bytes, seconds: float) -> Answer:
    """Posts in its own thread: a socket's timeout limits neither DNS nor a very slow server."""
    answers: List[Answer] = []
    # Not a threading.Thread: a signal handler must not wait for a lock that the interrupted code holds.
    done = _thread.allocate_lock()
    done.acquire()

    def post() -> None:
        try:
            answers.append(_post(settings, url, body, seconds))
        finally:
            done.release()

    try:
        _thread.start_new_thread(post, ())
    except RuntimeError:
        return _post(settings, url, body, seconds)
    done.acquire(timeout=max(seconds, 0.0))
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
                    error.code,
                    _read_text(error),
                    _parse_retry_after(error.headers.get("Retry-After")),
                    error.headers.get("Location"),
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


_SAVED_REPORT = re.compile(
    r"^(\d{20})-[0-9a-f]{32}-([0-9a-f]{16})-([0-9a-f]{6})-(\d)\.(json|refused)"
    r"(?:\.claimed-(\d+)-[0-9a-f]{32})?$"
)


class SavedReport(NamedTuple):
    """The name of a file in the spool: `<nanoseconds>-<uuid>-<URL>-<secret>-<tries>.<state>`. The state is `json`,
    or `refused` if only `flush` sends it again; while a process sends it, `.claimed-<seconds>-<uuid>` follows.
    """

    file: str
    written_at_seconds: float
    address: str
    secret: str
    tries: int
    state: str
    claimed_at_seconds: Optional[float]

    @classmethod
    def parse(cls, file: str) -> Optional["SavedReport"]:
        found = _SAVED_REPORT.match(file)
        if not found:
            return None
        written, address, secret, tries, state, claimed = found.groups()
        return cls(
            file, int(written) / 1e9, address, secret, int(tries), state, float(claimed) if claimed else None
        )

    def name_in(self, state: str, tries: int) -> str:
        return "{}-{}-{}-{}.{}".format(self.file[:53], self.address, self.secret, min(tries, 9), state)

    @property
    def age_seconds(self) -> float:
        # A computer without a clock starts in 1970; what it saved then is not old.
        is_known = self.written_at_seconds > EARLIEST_TIME.timestamp()
        return time.time() - self.written_at_seconds if is_known else 0.0


class Spool:
    """The saved reports of this user for all portals, one file each. It contains the body, but never the secret.

    A report goes to the URL that it was written for. If that URL has never accepted one, it was a mistake, and the
    report goes to the present URL, provided that the secret is the same: one machine may report to two portals.
    """

    _UNFINISHED = re.compile(r"^(\d{20})-[0-9a-f]{32}\.tmp$")
    _OLD_FOLDER = re.compile(r"^[0-9a-f]{16}$")
    _OLD_FILE = re.compile(r"^\d{20}-[0-9a-f]{32}\.json$")

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.spool_folder
        self._url = settings.url
        self._address = _hash(settings.url)
        # Only 24 bits, from which nobody can find the secret.
        self._secret = _hash(settings.secret)[:6]

    def keep(self, body: bytes, state: str = "json") -> Optional[str]:
        """Saves a report for later; returns its file, or None if that is not possible here."""
        if self.folder is None:
            return None
        name = "{:020d}-{}".format(time.time_ns(), uuid.uuid4().hex)
        file = "{}-{}-{}-0.{}".format(name, self._address, self._secret, state)
        temporary = self._path(name + ".tmp")
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(temporary, flags, 0o600), "wb") as stream:
                stream.write(body)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, self._path(file))
        except OSError:
            self.delete(name + ".tmp")
            return None
        self._note("address-" + self._address, _without_password(self._url))
        self.drop_excess()
        return file

    def list_waiting(self) -> List[SavedReport]:
        """All saved reports that no process is sending, oldest first; those that failed several times are last."""
        reports = [report for report in self._list_reports() if report.claimed_at_seconds is None]
        return sorted(reports, key=lambda report: (report.tries >= SUSPECT_TRIES, report.file))

    def list_sendable(self, is_command: bool = False, is_for_all: bool = False) -> List[SavedReport]:
        """Those of the saved reports that this portal should get."""
        return [
            report
            for report in self.list_waiting()
            if (is_command or report.state == "json") and (is_for_all or self._belongs_here(report))
        ]

    def _belongs_here(self, report: SavedReport) -> bool:
        if report.address == self._address:
            return True
        return report.secret == self._secret and not os.path.exists(self._path("accepted-" + report.address))

    def address_of(self, report: SavedReport) -> str:
        try:
            with open(self._path("address-" + report.address), encoding="utf-8") as file:
                return file.read(500)
        except (OSError, ValueError):
            return "?"

    def note_accepted(self) -> None:
        """Remembers, for all processes, that this URL is that of a portal."""
        self._note("accepted-" + self._address, "")

    def claim(self, report: SavedReport) -> Optional[str]:
        """Claims a report for sending; None if another process was faster."""
        claimed = "{}.claimed-{}-{}".format(report.file, int(time.time()), uuid.uuid4().hex)
        return claimed if self._rename(report.file, claimed) else None

    def release(
        self, claimed: str, report: SavedReport, state: str = "json", is_failure: bool = False
    ) -> None:
        self._rename(claimed, report.name_in(state, report.tries + 1 if is_failure else report.tries))

    def delete(self, file: str) -> bool:
        try:
            os.unlink(self._path(file))
            return True
        except OSError:
            return False

    def read(self, file: str) -> Optional[bytes]:
        try:
            with open(self._path(file), "rb") as stream:
                return stream.read(2 * BODY_BYTES_MAX)
        except OSError:
            return None

    def recover(self) -> None:
        """Releases the claims of processes that died, deletes their unfinished files, and adopts old folders."""
        for name in self._list():
            report = SavedReport.parse(name)
            if report and report.claimed_at_seconds is not None:
                if abs(time.time() - report.claimed_at_seconds) > STALE_CLAIM_SECONDS:
                    self.release(name, report, report.state)
            elif self._UNFINISHED.match(name):
                if abs(time.time() - int(name[:20]) / 1e9) > STALE_CLAIM_SECONDS:
                    self.delete(name)
            elif self._OLD_FOLDER.match(name):
                self._adopt(name)

    def _adopt(self, folder: str) -> None:
        """Takes over what version 1.0.0 saved, in a folder for each URL as it was written in the variable."""
        as_written = (os.environ.get("TC_PORTAL_MONITOR_URL") or "").strip()
        if len(as_written) >= 2 and as_written[0] == as_written[-1] == '"':
            as_written = as_written[1:-1].strip()
        address = self._address if folder == _hash(as_written) else folder
        try:
            names = os.listdir(self._path(folder))
        except OSError:
            return
        for name in names:
            if self._OLD_FILE.match(name):
                new_name = "{}-{}-000000-0.json".format(name[:-5], address)
                self._rename(os.path.join(folder, name), new_name)
        with contextlib.suppress(OSError):
            os.rmdir(self._path(folder))

    def drop_excess(self) -> None:
        reports = sorted(report for report in self.list_waiting())
        keep_count = 0
        total_bytes = 0
        for report in reversed(reports):
            total_bytes += self._size_bytes(report.file)
            is_too_old = report.age_seconds > SPOOL_AGE_SECONDS_MAX
            if is_too_old or keep_count >= SPOOL_FILES_MAX or total_bytes > SPOOL_BYTES_MAX:
                break
            keep_count += 1
        dropped = sum(self.delete(report.file) for report in reports[: len(reports) - keep_count])
        if dropped:
            _say("未送信の古い報告 {0} 件を破棄しました (deleted {0} old unsent reports)".format(dropped))

    def put_off(self, seconds: float) -> None:
        """Records, for all processes, how long the portal asked us to wait."""
        self._write("wait-until-" + self._address, str(time.time() + seconds))

    def is_put_off(self) -> bool:
        try:
            with open(self._path("wait-until-" + self._address)) as file:
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

    def _list_reports(self) -> List[SavedReport]:
        return [report for report in map(SavedReport.parse, self._list()) if report is not None]

    def _rename(self, name: str, new_name: str) -> bool:
        try:
            os.rename(self._path(name), self._path(new_name))
            return True
        except OSError:
            return False

    def _note(self, name: str, text: str) -> None:
        if self.folder and not os.path.exists(self._path(name)):
            self._write(name, text)

    def _write(self, name: str, text: str) -> None:
        try:
            os.makedirs(self.folder or "", mode=0o700, exist_ok=True)
            with open(self._path(name), "w", encoding="utf-8") as file:
                file.write(text)
        except OSError:
            pass

    def _size_bytes(self, name: str) -> int:
        try:
            return os.stat(self._path(name)).st_size
        except OSError:
            return 0


class FlushResult(NamedTuple):
    sent: int
    waiting: int
    last_problem: Optional[str]


def _flush_spool(
    settings: Settings, seconds: float, is_command: bool = False, is_for_all: bool = False
) -> FlushResult:
    """Sends saved reports, oldest first, until all are sent, the portal is unavailable or time is up."""
    spool = Spool(settings)
    deadline = time.monotonic() + seconds
    sent = failures = 0
    problem: Optional[str] = None
    spool.recover()
    spool.drop_excess()
    for report in spool.list_sendable(is_command, is_for_all):
        seconds_left = min(settings.timeout_seconds, deadline - time.monotonic())
        if seconds_left <= 0.05:
            break
        answer = _send_saved(settings, spool, report, seconds_left)
        if answer is None:
            continue
        if answer.is_accepted:
            spool.note_accepted()
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
    return FlushResult(sent, len(spool.list_sendable(is_command, is_for_all)), problem)


def _send_saved(settings: Settings, spool: Spool, report: SavedReport, seconds: float) -> Optional[Answer]:
    claimed = spool.claim(report)
    if claimed is None:
        return None
    try:
        body = spool.read(claimed)
        if body is None:
            spool.release(claimed, report, report.state)
            return None
        payload = _parse_report(body)
        if payload is None:
            spool.delete(claimed)
            _say("破損していた未送信の報告を破棄しました (deleted a damaged unsent report)")
            return None
        answer = _post_or_reduce(settings, payload, seconds)
        if answer.is_accepted:
            spool.delete(claimed)
        elif answer.is_refused:
            spool.release(claimed, report, "refused")
        else:
            spool.release(claimed, report, report.state, answer.is_about_this_report)
    except BaseException:
        spool.release(claimed, report, report.state)
        raise
    if answer.is_refused:
        _say("未送信の報告が拒否されました (the portal refused a saved report): " + answer.describe())
    return answer


def _parse_report(body: bytes) -> Optional[Payload]:
    try:
        report = json.loads(body.decode("utf-8"))
    except ValueError:
        return None
    is_report = isinstance(report, dict) and all(
        name in report for name in ("job_key", "status", "finished_at")
    )
    return cast(Payload, report) if is_report else None


# --- Delivery ---

# When this process may try an unavailable portal again, by the monotonic clock.
_next_attempt_at: Dict[str, float] = {}


def _is_away(settings: Settings) -> bool:
    return time.monotonic() < _next_attempt_at.get(settings.url, 0.0)


def _deliver(settings: Settings, payload: Payload) -> bool:
    """Sends a report or saves it for later; True if the portal has it."""
    spool = Spool(settings)
    payload = _fit_report(payload)
    if settings.problem is not None:
        _save(spool, payload, settings.problem)
        return False
    if _is_away(settings):
        if not spool.keep(_encode(payload)):
            _say("ポータルに接続できず、報告も保存できませんでした (neither delivered nor saved)")
        return False
    with _in_delivery(settings, payload):
        began = time.monotonic()
        try:
            answer = _send(settings, payload)
        except BaseException:
            spool.keep(_encode(payload))
            raise
        if not answer.is_accepted:
            _keep_undelivered(settings, spool, payload, answer, time.monotonic() - began)
            return False
    _next_attempt_at.pop(settings.url, None)
    spool.note_accepted()
    if not spool.is_put_off():
        _flush_spool(settings, FLUSH_SECONDS)
    return True


def _keep_undelivered(
    settings: Settings, spool: Spool, payload: Payload, answer: Answer, seconds_spent: float
) -> None:
    if answer.is_refused:
        spool.keep(_encode(payload), "refused")
        _say("報告が拒否されました (the portal refused the report): " + answer.describe())
        return
    _next_attempt_at[settings.url] = time.monotonic() + AWAY_PAUSE_FACTOR * seconds_spent
    _save(spool, payload, answer.describe())
    if answer.retry_after_seconds:
        spool.put_off(answer.retry_after_seconds)


def _save(spool: Spool, payload: Payload, reason: str) -> None:
    if spool.keep(_encode(payload)):
        _say("報告できませんでした。保存して次回送信します (not delivered; saved for later): " + reason)
    else:
        _say("報告も保存もできませんでした (neither delivered nor saved): " + reason)


def _send(settings: Settings, payload: Payload) -> Answer:
    """Tries once and, if that failed at once, a second time: a daily job's next report is a day away."""
    deadline = time.monotonic() + settings.timeout_seconds
    answer = _post_or_reduce(settings, payload, settings.timeout_seconds)
    pause_seconds = max(RETRY_PAUSE_SECONDS, answer.retry_after_seconds or 0.0)
    if (
        not answer.is_worth_retrying
        or pause_seconds > RETRY_PAUSE_SECONDS_MAX
        or time.monotonic() + 2 * pause_seconds > deadline
    ):
        return answer
    time.sleep(pause_seconds)
    return _post_or_reduce(settings, payload, deadline - time.monotonic())


def _post_or_reduce(settings: Settings, payload: Payload, seconds: float) -> Answer:
    """Posts a report; if it is refused, posts it without optional fields, so that the outcome arrives."""
    deadline = time.monotonic() + seconds
    answer = first = _post_report(settings, payload, seconds)
    while answer.is_worth_reducing:
        smaller = _reduce(payload, answer)
        seconds_left = deadline - time.monotonic()
        if smaller is None or seconds_left <= 0.05:
            return first
        payload = smaller
        answer = _post_report(settings, payload, seconds_left)
    if answer.is_accepted and answer is not first:
        _say(
            "一部の項目を除いて報告しました。理由 (reported without some fields; reason): " + first.describe()
        )
    return answer


def _post_report(settings: Settings, payload: Payload, seconds: float) -> Answer:
    # The time of this attempt, from which the portal learns how wrong our clock is [rule 40: measured clocks].
    sent_at = datetime.now(timezone.utc).isoformat(timespec="microseconds")
    answer = _post_within(settings, settings.url, _encode(dict(payload, sent_at=sent_at)), seconds)
    if answer.is_accepted:
        _show_warnings(answer)
    return answer


def _show_warnings(answer: Answer) -> None:
    warnings = answer.content.get("warnings")
    for warning in (warnings if isinstance(warnings, list) else [])[:WARNINGS_SHOWN_MAX]:
        if isinstance(warning, dict):
            text = "{} {}".format(warning.get("field", ""), warning.get("problem", ""))[:200]
            _say_once("ポータルが無視または修正した項目 (ignored or corrected by the portal): " + text)


def _reduce(report: Payload, answer: Answer) -> Optional[Payload]:
    """The report without the optional fields that the portal named (or its log if it is too large), or else
    without any; None if nothing is left to omit."""
    named = answer.named_fields if answer.status != 413 else {"log"}
    smaller = {name: value for name, value in report.items() if name in CORE_FIELDS or name not in named}
    if smaller == report:
        smaller = {name: value for name, value in report.items() if name in CORE_FIELDS}
    return smaller if smaller != report else None


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
    if url is None or settings.problem is not None or _is_away(settings):
        return None
    start = {
        "job_key": settings.job_key,
        "title": settings.title,
        "run_id": run_id,
        "started_at": started_at.isoformat(),
        "host": host,
        "tool_id": settings.tool_id,
        "sent_at": datetime.now(timezone.utc).isoformat(timespec="microseconds"),
    }
    start = {name: value for name, value in start.items() if value is not None}
    thread = threading.Thread(
        target=_post_start, args=(settings, url, start), name="tc-portal-start", daemon=True
    )
    thread.start()
    _starts_in_flight.append(thread)
    return thread


def _post_start(settings: Settings, url: str, start: Payload) -> None:
    if _post(settings, url, _encode(start), settings.timeout_seconds).is_refused:
        core = {name: value for name, value in start.items() if name not in ("host", "tool_id")}
        _post(settings, url, _encode(core), settings.timeout_seconds)


def _wait_for_start(thread: Optional[threading.Thread]) -> None:
    if thread is not None:
        thread.join(START_WAIT_SECONDS)
        # Another thread may be processing the same start.
        with contextlib.suppress(ValueError):
            _starts_in_flight.remove(thread)


# --- When the process is stopped ---

# Their default action ends the process. SIGINT is usually a KeyboardInterrupt, which passes through the run.
_ENDING_SIGNALS = (
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGALRM",
    "SIGTERM",
    "SIGUSR1",
    "SIGUSR2",
    "SIGXCPU",
    "SIGBREAK",
)
_open_runs: List["Run"] = []
_deliveries: Dict[int, Tuple[Settings, Payload]] = {}
_is_stopping = False


@contextlib.contextmanager
def _in_delivery(settings: Settings, payload: Payload) -> Iterator[None]:
    delivery = (settings, payload)
    _deliveries[id(delivery)] = delivery
    _update_signal_handlers()
    try:
        yield
    finally:
        _deliveries.pop(id(delivery), None)
        _update_signal_handlers()


@_never_raise
def _update_signal_handlers(is_needed: Optional[bool] = None) -> None:
    """Handles the signals that would end the process, but only while there is an outcome to lose, and only
    those that the job leaves at their default."""
    # A generator may be closed when the interpreter has almost ended.
    if sys.is_finalizing() or threading.current_thread() is not threading.main_thread():
        return
    import signal

    if is_needed is None:
        is_needed = bool(_open_runs or _deliveries)
    ends: Tuple[Any, Any] = (signal.SIG_DFL, _stop_on_signal)
    old, new = ends if is_needed else ends[::-1]
    foreign = _read_caught_signals() if is_needed else 0
    for name in _ENDING_SIGNALS:
        number = getattr(signal, name, None)
        if number is None or signal.getsignal(number) != old or foreign >> (number - 1) & 1:
            continue
        with contextlib.suppress(ValueError, OSError):
            signal.signal(number, new)


def _read_caught_signals() -> int:
    """A bit for each signal with a handler. Python does not know those of C code, such as faulthandler's."""
    try:
        with open("/proc/self/status", "rb") as file:
            return int(file.read().partition(b"SigCgt:")[2].split()[0], 16)
    except (OSError, ValueError, IndexError):
        return 0


def _stop_on_signal(number: int, frame: Any) -> None:
    """Reports the open runs, and then lets the signal end the process as it would have without us."""
    import signal

    global _is_stopping
    # A handler that the job has set since calls the one it replaced. It would not call SIG_DFL.
    if signal.getsignal(number) is not _stop_on_signal:
        return
    if not _is_stopping:
        _is_stopping = True
        name = _signal_name(number)
        _report_stopped("シグナル {0} で終了しました (ended by {0})".format(name), frame, 128 + number)
    signal.signal(number, signal.SIG_DFL)
    if _IS_WINDOWS:
        # What the default handlers of the console and of the C library do.
        os._exit(-1073741510 if _signal_name(number) in ("SIGINT", "SIGBREAK") else 3)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    signal.pthread_kill(threading.get_ident(), number)
    # Only the first process of a container is still here: there, the default does nothing.
    signal.signal(number, _stop_on_signal)
    _is_stopping = False


@_never_raise
def _report_stopped(reason: str, frame: Any, exit_code: Optional[int]) -> None:
    """Saves what would be lost first, because the next signal may be one that nobody can handle; then sends it."""
    saved = []
    for settings, payload in _collect_unsent(reason, frame, exit_code):
        spool = Spool(settings)
        payload = _fit_report(payload)
        saved.append((settings, payload, spool, spool.keep(_encode(payload))))
    deadline = time.monotonic() + STOP_SECONDS
    for settings, payload, spool, file in saved:
        seconds_left = min(deadline - time.monotonic(), settings.timeout_seconds)
        if seconds_left <= 0.05 or settings.problem is not None or _is_away(settings):
            continue
        if _post_or_reduce(settings, payload, seconds_left).is_accepted:
            spool.note_accepted()
            if file is not None:
                spool.delete(file)


def _collect_unsent(reason: str, frame: Any, exit_code: Optional[int]) -> List[Tuple[Settings, Payload]]:
    stack = "".join(traceback.format_stack(frame))[-TRACEBACK_LENGTH_MAX:] if frame is not None else None
    unsent: Dict[str, Tuple[Settings, Payload]] = {}
    for run in list(_open_runs):
        if run._settings is not None and run._process_id == os.getpid():
            payload = run._outcome or run._build_outcome("error", reason, run._join_log(stack), exit_code)
            unsent[payload["run_id"]] = (run._settings, payload)
    for settings, payload in list(_deliveries.values()):
        unsent[payload["run_id"]] = (settings, payload)
    return list(unsent.values())


@_never_raise
def _report_abandoned() -> None:
    """Reports runs that are open when the process ends, for example in a daemon thread."""
    _report_stopped("実行中にプロセスが終了しました (the process ended during the run)", None, None)
    for run in _open_runs:
        run._is_over = True


# The signals that each forking thread has blocked before.
_masks: Dict[int, Any] = {}


@_never_raise
def _prepare_fork() -> None:
    for thread in list(_starts_in_flight):
        _wait_for_start(thread)
    import signal

    # Until the child has its own handlers, a signal for it must wait: Python would forget it.
    if _open_runs or _deliveries:
        numbers = {getattr(signal, name) for name in _ENDING_SIGNALS if hasattr(signal, name)}
        _masks[threading.get_ident()] = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)


@_never_raise
def _finish_fork() -> None:
    import signal

    mask = _masks.pop(threading.get_ident(), None)
    if mask is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@_never_raise
def _finish_fork_in_child() -> None:
    """A child reports nothing of its parent's, and signals end it as they would without us."""
    _starts_in_flight.clear()
    _open_runs.clear()
    _deliveries.clear()
    _update_signal_handlers(False)
    _finish_fork()


atexit.register(_report_abandoned)
if hasattr(os, "register_at_fork"):
    # A job that forks while our thread holds a lock could hang in the child.
    os.register_at_fork(
        before=_prepare_fork, after_in_parent=_finish_fork, after_in_child=_finish_fork_in_child
    )


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

    Reports the outcome of a job and never raises. Times are datetimes, ISO 8601 text or `time.time()`."""
    settings = _read_settings(job_key, title, tool_id)
    if settings is None:
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
        _say("報告成功: " + report["status"])


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
        self._host = _clip(_convert("host", _read_name, host) or _find_host() or "", HOST_LENGTH_MAX) or None
        self._schedule = schedule
        self._is_failed = False
        self._began = time.monotonic()
        self._process_id = os.getpid()
        self._start: Optional[threading.Thread] = None
        self._outer: Optional[Run] = None
        self._outcome: Optional[Payload] = None
        self._is_over = False

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
        self,
        status: str,
        message: Optional[object],
        log: Optional[object],
        exit_code: Optional[int],
        ended: Optional[float] = None,
    ) -> None:
        # A forked child that leaves the same block is not this run.
        if self._settings is None or self._is_over or os.getpid() != self._process_id:
            return
        self._outcome = self._build_outcome(status, message, log, exit_code, ended)
        self._is_over = True
        _wait_for_start(self._start)
        _deliver(self._settings, self._outcome)

    def _build_outcome(
        self,
        status: str,
        message: Optional[object],
        log: Optional[object],
        exit_code: Optional[int],
        ended: Optional[float] = None,
    ) -> Payload:
        """The report of this run, which ended at this time of the monotonic clock."""
        now = time.monotonic()
        ended = now if ended is None else ended
        return _build_report(
            cast(Settings, self._settings),
            status,
            message,
            started_at=self.started_at,
            finished_at=datetime.now(timezone.utc) - timedelta(seconds=now - ended),
            duration_ms=(ended - self._began) * 1000,
            run_id=self.run_id,
            exit_code=exit_code,
            host=self._host,
            log=log,
            metrics=self.metrics,
            schedule=self._schedule,
        )

    def _join_log(self, trace: Optional[str]) -> Optional[str]:
        if self._settings is None:
            return None
        parts = [
            _shown_text(part, self._settings) for part in (self.message, self.log, trace) if part is not None
        ]
        return "\n".join(part for part in parts if part)

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
        log = self._join_log(_format_traceback(exception_type, exception, trace))
        self._report_finish("error", _describe_exception(exception_type, exception), log, exit_code)

    @_never_raise
    def _open(self) -> None:
        _open_runs.append(self)
        _update_signal_handlers()

    @_never_raise
    def _close(self) -> None:
        # A child that was forked inside of the run has forgotten it.
        with contextlib.suppress(ValueError):
            _open_runs.remove(self)
        _update_signal_handlers()


def _exit_code_of(exception: Optional[BaseException]) -> Optional[int]:
    if not isinstance(exception, SystemExit):
        return None
    try:
        return 0 if exception.code is None else int(exception.code) if isinstance(exception.code, int) else 1
    except Exception:
        return 1


def _describe_exception(exception_type: Type[BaseException], exception: Optional[BaseException]) -> str:
    """The exception as the last line of a traceback shows it."""
    name = exception_type.__qualname__
    module = exception_type.__module__
    if isinstance(module, str) and module not in ("builtins", "__main__"):
        name = module + "." + name
    try:
        text = _text_of(exception)
    except Exception:
        text = "<str() failed>"
    return name + ": " + text if text else name


def _format_traceback(
    exception_type: Type[BaseException], exception: Optional[BaseException], trace: Optional[TracebackType]
) -> str:
    try:
        while trace is not None and trace.tb_frame.f_code.co_filename == _THIS_FILE:
            trace = trace.tb_next
        text = "".join(traceback.format_exception(exception_type, exception, trace))
    except Exception:
        text = _describe_exception(exception_type, exception)
    if len(text) <= TRACEBACK_LENGTH_MAX:
        return text
    return (
        _describe_cut(len(text) - TRACEBACK_LENGTH_MAX, "文字", "characters") + text[-TRACEBACK_LENGTH_MAX:]
    )


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
            _say(
                "監視できない種類の関数です (cannot be monitored): " + str(getattr(function, "__name__", "?"))
            )
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
        run._open()
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
            try:
                run._report_outcome(exception_type, exception, trace)
            finally:
                run._close()

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
            try:
                await _call_beside_loop(
                    functools.partial(run._report_outcome, exception_type, exception, trace)
                )
            finally:
                run._close()

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
    # A task that is canceled now must not cancel its report.
    await asyncio.shield(call_done)


@overload
def monitor(job_key: AnyFunction) -> AnyFunction: ...


@overload
def monitor(
    job_key: Optional[str] = None,
    title: Optional[str] = None,
    *,
    tool_id: Optional[str] = None,
    host: Optional[str] = None,
    schedule: Optional[Mapping[str, Any]] = None,
) -> Monitor: ...


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
            _decode_output(whole_head)
            + _describe_cut(cut_bytes, "バイト", "bytes")
            + _decode_output(whole_tail)
        )


def _decode_output(data: bytes) -> str:
    """Decodes line by line, because a job in UTF-8 may call a program that prints CP932."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(_decode_line(line) for line in data.split(b"\n"))


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # A character that was cut in two, at either end, does not make the line CP932.
    whole = _WHOLE_UTF8.match(line)
    first, middle, last = whole.groups(b"") if whole else (b"", b"", b"")
    if not middle.isascii() or (last and not first):
        return ("\ufffd" if first else "") + middle.decode("utf-8", "replace") + ("\ufffd" if last else "")
    try:
        return line.decode("cp932")
    except UnicodeDecodeError:
        return line.decode("utf-8", "replace")


class Tee(threading.Thread):
    """Passes one stream of the program through as it arrives, and adds it to the log by whole lines.

    What arrives after the program's end belongs to the log only if the stream ends soon. If it does not, a process
    that the program left behind holds it."""

    def __init__(self, source: int, write: Callable[[bytes], None], log: OutputLog, wake: int) -> None:
        super().__init__(name="tc-portal-tee", daemon=True)
        self.source: Optional[int] = source
        self._write = write
        self._log = log
        self._wake = wake
        self._reading = threading.Lock()
        self._line = b""
        self._recent = b""
        self._late = bytearray()
        self._read_bytes = 0
        self._collected_bytes = 0
        self._written_bytes = 0
        self._end_bytes: Optional[int] = None

    def run(self) -> None:
        while self._wait_for_data():
            data = self._read()
            if not data:
                self.close()
                break
            self._collect(data)
            try:
                self._write(data)
            except BrokenPipeError:
                # The reader is gone: let the program notice it as it would without us.
                self.close()
                break
            except Exception:
                self._write = _write_nowhere
            self._written_bytes += len(data)

    def mark_end(self) -> None:
        """Remembers how much the program had printed when it ended."""
        if _IS_WINDOWS:
            self._end_bytes = self._read_bytes + _count_waiting_bytes(self.source)
            return
        with self._reading:
            self._end_bytes = self._read_bytes + _count_waiting_bytes(self.source)

    def finish(self, ended: float) -> None:
        """Waits for the program's output, but not for a background process that keeps the pipe open."""
        while self.is_alive():
            is_passed_on = self._written_bytes >= (self._end_bytes or 0)
            if is_passed_on and time.monotonic() - ended > OUTPUT_DRAIN_SECONDS:
                break
            self.join(0.02)
        if self.source is None:
            self._add(bytes(self._late))
        rest, self._line = self._line, b""
        self._log.add(rest)

    def close(self) -> None:
        with self._reading:
            source, self.source = self.source, None
        if source is not None:
            os.close(source)

    @property
    def last_line(self) -> str:
        text = _ESCAPE_CODES.sub("", _decode_output(self._recent))
        lines = [line.strip() for line in text.splitlines()]
        return next((line for line in reversed(lines) if line), "")

    def _wait_for_data(self) -> bool:
        """False when somebody else passes the rest on. On Windows, the read itself waits."""
        if _IS_WINDOWS or self.source is None:
            return self.source is not None
        import select

        poll = select.poll()
        poll.register(self.source, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        return all(descriptor != self._wake for descriptor, _ in poll.poll())

    def _read(self) -> bytes:
        try:
            if _IS_WINDOWS:
                data = os.read(cast(int, self.source), OUTPUT_CHUNK_BYTES)
                self._read_bytes += len(data)
                return data
            # With the lock, so that what was read and what still waits can be counted together.
            with self._reading:
                data = os.read(cast(int, self.source), OUTPUT_CHUNK_BYTES)
                self._read_bytes += len(data)
                return data
        except OSError:
            return b""

    def _collect(self, data: bytes) -> None:
        room_bytes = len(data) if self._end_bytes is None else max(0, self._end_bytes - self._collected_bytes)
        self._collected_bytes += len(data)
        self._late += data[room_bytes:][: max(0, OUTPUT_TAIL_BYTES - len(self._late))]
        self._add(data[:room_bytes])

    def _add(self, data: bytes) -> None:
        self._recent = (self._recent + data)[-4096:]
        lines, newline, rest = (self._line + data).rpartition(b"\n")
        if len(rest) > OUTPUT_CHUNK_BYTES:
            lines, newline, rest = lines + newline + rest, b"", b""
        self._line = rest
        self._log.add(lines + newline)


# A character of UTF-8 that lacks its start, whole characters, and one that lacks its end.
_WHOLE_UTF8 = re.compile(
    rb"^([\x80-\xbf]{0,3})((?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})*)([\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})?$",
    re.DOTALL,
)
_ESCAPE_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?")


def _count_waiting_bytes(source: Optional[int]) -> int:
    """How many bytes can be read from a pipe at once."""
    if source is None:
        return 0
    try:
        if _IS_WINDOWS:
            import _winapi
            import msvcrt

            return int(_winapi.PeekNamedPipe(msvcrt.get_osfhandle(source), 0)[0])  # type: ignore
        import fcntl
        import struct
        import termios

        return int(struct.unpack("i", fcntl.ioctl(source, termios.FIONREAD, b"\0" * 4))[0])
    except Exception:
        return 0


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
    # The time of its end by the monotonic clock.
    ended: float
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
    output = _open_output() if keeps_log and settings is not None else None
    result = _run_child(command, forwarder, timeout_seconds, output)
    try:
        forwarder.restore()
        status = "success" if result.exit_code == 0 else "error"
        run._report_finish(status, result.message, result.log, result.exit_code, result.ended)
    except KeyboardInterrupt:
        pass
    if output is not None:
        output.hand_over()
    return result.exit_code


def _open_output() -> Optional["ProgramOutput"]:
    try:
        return ProgramOutput()
    except (OSError, RuntimeError) as error:
        _say("出力を送信できません (the output cannot be sent): " + type(error).__name__)
        return None


def _run_child(
    command: List[str],
    forwarder: SignalForwarder,
    timeout_seconds: Optional[float],
    output: Optional["ProgramOutput"],
) -> ProgramResult:
    import subprocess

    # In its own group a program can be stopped with all its children, but Ctrl-C does not reach it.
    has_own_group = timeout_seconds is not None and not _IS_WINDOWS and not _is_in_foreground()
    try:
        process = subprocess.Popen(
            _resolve_command(command),
            bufsize=0,
            stdout=output.stdout if output else None,
            stderr=output.stderr if output else None,
            env=_child_environment() if output else None,
            close_fds=False,
            start_new_session=has_own_group,
            creationflags=_creation_flags(),
            preexec_fn=_keep_children(),
        )
    except (OSError, ValueError) as error:
        if output:
            output.close_inputs()
        return _explain_no_start(command, error)
    if output:
        output.close_inputs()
    forwarder.attach(process)
    limit = TimeLimit(process, timeout_seconds, has_own_group)
    process.wait()
    ended = time.monotonic()
    if output:
        output.mark_end()
    limit.end()
    if output:
        output.finish(ended)
    exit_code = EXIT_TIMED_OUT if limit.is_exceeded else _shell_exit_code(process.returncode)
    message = _explain_exit(process.returncode, timeout_seconds if limit.is_exceeded else None, output)
    return ProgramResult(exit_code, ended, message, (output.text() or None) if output else None)


def _keep_children() -> Optional[Callable[[], None]]:
    """If our parent ignores SIGCHLD, the system forgets exit codes, so we must not; returns what makes the
    program ignore it again."""
    import signal

    number = getattr(signal, "SIGCHLD", None)
    if number is None or signal.getsignal(number) != signal.SIG_IGN:
        return None
    try:
        signal.signal(number, signal.SIG_DFL)
    except ValueError:
        return None
    return lambda: cast(None, signal.signal(number, signal.SIG_IGN))


class TimeLimit:
    """Stops a program that runs for too long."""

    def __init__(self, process: Any, seconds: Optional[float], has_own_group: bool) -> None:
        self.is_exceeded = False
        self._process = process
        self._has_own_group = has_own_group
        self._has_ended = threading.Event()
        if seconds is not None:
            timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), self._stop)
            timer.daemon = True
            with contextlib.suppress(RuntimeError):
                timer.start()

    def end(self) -> None:
        self._has_ended.set()

    def _stop(self) -> None:
        if self._has_ended.is_set() or self._process.poll() is not None:
            return
        self.is_exceeded = True
        if _IS_WINDOWS:
            self._stop_on_windows()
            return
        import signal

        self._send(signal.SIGTERM)
        if not self._has_ended.wait(STOP_GRACE_SECONDS):
            self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        with contextlib.suppress(OSError):
            if self._has_own_group:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)

    def _stop_on_windows(self) -> None:
        import subprocess

        quiet = subprocess.DEVNULL
        with contextlib.suppress(OSError):
            subprocess.call(
                ["taskkill", "/T", "/F", "/PID", str(self._process.pid)], stdout=quiet, stderr=quiet
            )
        with contextlib.suppress(OSError):
            self._process.kill()


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


class ProgramOutput:
    """The two pipes that a program prints to."""

    def __init__(self) -> None:
        self._log = OutputLog()
        # Closing it wakes the threads up.
        self._wake_reader, self._wake_writer = os.pipe()
        self.stdout, out = self._open_pipe(sys.stdout)
        self.stderr, error = self._open_pipe(sys.stderr)
        self._tees = [out, error]
        for tee in self._tees:
            tee.start()

    def _open_pipe(self, stream: Any) -> Tuple[int, Tee]:
        reader, writer = os.pipe()
        return writer, Tee(reader, _choose_writer(stream), self._log, self._wake_reader)

    def close_inputs(self) -> None:
        """Closes our copies of what the program writes to, so that the pipes end with it."""
        os.close(self.stdout)
        os.close(self.stderr)

    def mark_end(self) -> None:
        for tee in self._tees:
            tee.mark_end()

    def finish(self, ended: float) -> None:
        for tee in self._tees:
            tee.finish(ended)

    def text(self) -> str:
        return self._log.text()

    @property
    def last_line(self) -> str:
        return next((tee.last_line for tee in reversed(self._tees) if tee.last_line), "")

    @_never_raise
    def hand_over(self) -> None:
        """Lets `cat` pass on what a process prints that the program left behind. It can print, as it could without us."""
        if _IS_WINDOWS:
            return
        os.close(self._wake_writer)
        for tee, stream in zip(self._tees, (sys.stdout, sys.stderr)):
            tee.join(STOP_SECONDS)
            if tee.source is not None and not tee.is_alive():
                self._relay(tee.source, stream)
                tee.close()
        os.close(self._wake_reader)

    @staticmethod
    def _relay(source: int, stream: Any) -> None:
        import subprocess

        try:
            target = stream.fileno() if stream is not None else subprocess.DEVNULL
            subprocess.Popen(
                ["cat"], stdin=source, stdout=target, stderr=subprocess.DEVNULL, start_new_session=True
            )
        except Exception:
            pass


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
    return ProgramResult(exit_code, time.monotonic(), message)


def _explain_exit(
    return_code: int, seconds: Optional[float], output: Optional[ProgramOutput]
) -> Optional[str]:
    if seconds is not None:
        return "制限時間 {0:g} 秒を超えたため停止しました (stopped after {0:g} seconds)".format(seconds)
    if return_code == 0:
        return None
    if return_code < 0 and not _IS_WINDOWS:
        return "シグナル {0} で終了しました (ended by {0})".format(_signal_name(-return_code))
    what = "終了コード {0} (exit code {0})".format(_shell_exit_code(return_code))
    last_line = output.last_line if output else ""
    return what + ": " + last_line if last_line else what


def _signal_name(number: int) -> str:
    import signal

    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


# --- Commands ---


def flush_reports(is_for_all: bool = False) -> int:
    """Sends the saved reports; 1 if some are still unsent."""
    settings = _read_settings()
    if settings is None:
        return 0
    spool = Spool(settings)
    if settings.problem is not None:
        result = FlushResult(0, len(spool.list_sendable(True, is_for_all)), settings.problem)
    else:
        result = _flush_spool(settings, FLUSH_COMMAND_SECONDS, True, is_for_all)
    others = {report.address: report for report in spool.list_waiting()}
    for report in spool.list_sendable(True, True):
        if is_for_all or spool._belongs_here(report):
            others.pop(report.address, None)
    if others:
        addresses = ", ".join(sorted(spool.address_of(report) for report in others.values()))
        _say(
            "別の URL 宛ての報告が保存されています。この URL に送信するには flush --all"
            " (reports for another URL are saved; to send them here: flush --all): " + addresses
        )
    if result.waiting:
        reason = ": " + result.last_problem if result.last_problem else ""
        _say(
            "未送信の報告が {0} 件残っています ({0} reports are still unsent){1}".format(
                result.waiting, reason
            )
        )
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
    if settings.problem is not None:
        _say(settings.problem)
        return 1
    report = _build_report(settings, "success", "テスト報告 (tc_portal.py test)")
    began = time.monotonic()
    answer = _post_report(settings, report, settings.timeout_seconds)
    _say("応答 (response, {:.0f} ms): {}".format((time.monotonic() - began) * 1000, answer.describe()))
    if answer.status:
        _say("本文 (body): " + answer.text[:1000])
    if answer.is_accepted:
        Spool(settings).note_accepted()
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
    spool = Spool(settings)
    _say(
        "保存先 (spool): {}, 未送信 {} 件 (unsent)".format(
            settings.spool_folder or "-", len(spool.list_waiting())
        )
    )
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


_RUN_OPTIONS = ("--key", "--title", "--timeout-seconds")
_REPORT_OPTIONS = ("--message", "--key", "--title", "--exit-code", "--run-id")


def _split_program(arguments: List[str]) -> Tuple[List[str], List[str]]:
    """Splits `--key K -- program --flag` into our options and the program's own arguments."""
    index = 0
    while index < len(arguments) and arguments[index].startswith("-"):
        option = arguments[index]
        if option == "--":
            return arguments[:index], arguments[index + 1 :]
        if option.partition("=")[0] not in _RUN_OPTIONS + ("--no-log", "--help", "-h") and "--" in arguments:
            # A word that we do not know may have a value; what follows the two dashes is certain.
            index = arguments.index("--")
            continue
        index += 2 if option in _RUN_OPTIONS else 1
    return arguments[:index], arguments[index:]


def _join_values(words: List[str], options: Tuple[str, ...]) -> List[str]:
    """`--message -1` as `--message=-1`, because argparse reads a value with a dash as an option."""
    joined: List[str] = []
    for word in words:
        if joined and joined[-1] in options:
            joined[-1] += "=" + word
        else:
            joined.append(word)
    return joined


def _read_word(word: str) -> str:
    """An argument of the command line, whose encoding need not be that of the locale."""
    try:
        return word if _IS_WINDOWS else _decode_output(os.fsencode(word))
    except UnicodeError:
        return word


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
        allow_abbrev=False,
    )
    run.add_argument("--key", help="job_key (default: TC_PORTAL_JOB_KEY)", nargs="?")
    run.add_argument("--title", help="title (default: TC_PORTAL_JOB_TITLE)", nargs="?")
    run.add_argument(
        "--timeout-seconds", help="指定した秒数で停止 (stop the program after this many seconds)", nargs="?"
    )
    run.add_argument("--no-log", action="store_true", help="出力を送信しない (do not send the output)")
    report = commands.add_parser("report", help="結果だけを報告 (report a result)", allow_abbrev=False)
    report.add_argument("status", help="success | error")
    report.add_argument("--message", nargs="?")
    report.add_argument("--key", help="job_key (default: TC_PORTAL_JOB_KEY)", nargs="?")
    report.add_argument("--title", help="title (default: TC_PORTAL_JOB_TITLE)", nargs="?")
    report.add_argument("--exit-code", nargs="?")
    report.add_argument("--run-id", nargs="?")
    flush = commands.add_parser("flush", help="未送信の報告を送信 (send saved reports)")
    flush.add_argument(
        "--all", action="store_true", help="別の URL 宛ての報告も (also those for another URL)"
    )
    commands.add_parser(
        "test", help="設定とポータルの応答を表示 (show the settings and the portal's response)"
    )
    return parser


def main(arguments: Optional[List[str]] = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    program: List[str] = []
    if words[:1] == ["run"]:
        own_words, program = _split_program(words[1:])
        words = ["run"] + _join_values(own_words, _RUN_OPTIONS)
    elif words[:1] == ["report"]:
        words = _join_values(words, _REPORT_OPTIONS)
    _make_output_lenient()
    parser = _make_parser()
    options, unknown = parser.parse_known_args([_read_word(word) for word in words])
    if options.command in ("run", "report"):
        # A slip in our own arguments must cost neither the program nor its report.
        if unknown:
            _say("不明な引数を無視しました (ignored unknown arguments): " + " ".join(unknown))
    elif unknown:
        parser.error("unknown arguments: " + " ".join(unknown))
    if options.command == "run":
        if not program:
            parser.error(
                "プログラムを指定してください (no program given): tc_portal run [options] -- program ..."
            )
        limit = _read_limit(options.timeout_seconds)
        return run_program(program, options.key, options.title, limit, not options.no_log)
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
        return flush_reports(options.all)
    if options.command == "test":
        return check_connection()
    parser.print_help()
    return 2


def _read_limit(text: Optional[str]) -> Optional[float]:
    def read(value: str) -> float:
        seconds = float(value)
        if not 0 < seconds < math.inf:
            raise ValueError("not a limit")
        return seconds

    limit = _convert("--timeout-seconds", read, text)
    return cast(Optional[float], limit)


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
