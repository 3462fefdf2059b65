"""A portal that implements [contract: reports] on a real socket, and the base class of all tests here."""

import http.server
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Union
from unittest import mock

TESTS = os.path.dirname(os.path.abspath(__file__))
TC_PORTAL = os.path.join(os.path.dirname(TESTS), "tc_portal.py")
sys.path.insert(0, os.path.dirname(TESTS))

import tc_portal

# The command with short waits, for tests in which it would time out.
IMPATIENT = (
    "import sys; sys.path.insert(0, {!r}); import tc_portal; "
    "tc_portal.RETRY_PAUSE_SECONDS = 0; tc_portal.START_WAIT_SECONDS = 0.2; tc_portal.OUTPUT_DRAIN_SECONDS = 0.3; "
    "tc_portal._leave(tc_portal.main())"
).format(os.path.dirname(TC_PORTAL))

SECRET = "s3cret-for-tests-0123456789"


class Request(NamedTuple):
    path: str
    headers: Dict[str, str]
    raw: bytes

    @property
    def body(self) -> Dict[str, Any]:
        """What it says, without the time of sending, which differs at each attempt."""
        body = dict(json.loads(self.raw.decode("utf-8")))
        body.pop("sent_at", None)
        return body

    @property
    def sent_at(self) -> str:
        return str(json.loads(self.raw.decode("utf-8"))["sent_at"])


class Answer(NamedTuple):
    status: int
    body: bytes = b"{}"
    headers: Dict[str, str] = {}


def refuse(status: int, sentence: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps({"error": sentence}).encode(), named)


_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)
_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)$")


def refuse_as_version_0_1_0(request: Request) -> Optional[Answer]:
    """The first released portal, which refused a report for any invalid field."""

    def is_text(value: Any, length_max: int) -> bool:
        return isinstance(value, str) and 0 < len(value.replace("\0", "")) <= length_max

    def is_whole(value: Any, low: int, high: int) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    def is_metrics(value: Any) -> bool:
        numbers = isinstance(value, dict) and len(value) <= 100
        return numbers and all(len(name) <= 100 and isinstance(n, (int, float)) for name, n in value.items())

    rules: Dict[str, Callable[[Any], bool]] = {
        "job_key": lambda value: is_text(value, 200),
        "title": lambda value: is_text(value, 500),
        "status": lambda value: value in ("success", "error"),
        "finished_at": lambda value: isinstance(value, str) and bool(_INSTANT.match(value)),
        "started_at": lambda value: isinstance(value, str) and bool(_INSTANT.match(value)),
        "tool_id": lambda value: isinstance(value, str) and bool(_UUID.match(value)),
        "host": lambda value: is_text(value, 255),
        "run_id": lambda value: is_text(value, 200),
        "message": lambda value: isinstance(value, str),
        "log": lambda value: isinstance(value, str),
        "duration_ms": lambda value: is_whole(value, 0, 10 * 366 * 86_400_000),
        "exit_code": lambda value: is_whole(value, -(2**31), 2**32 - 1),
        "metrics": is_metrics,
        "schedule": lambda value: isinstance(value, dict) and value.get("type") in ("cron", "interval"),
    }
    for field, is_valid in rules.items():
        if field in request.body and not is_valid(request.body[field]):
            body = {"error": field + " is wrong", "details": [{"field": field, "problem": "is wrong"}]}
            return Answer(400, json.dumps(body).encode())
    return None


HANG = "hang"
CLOSE = "close"
TRICKLE = "trickle"


class PortalDouble:
    """Responds 200 as the contract says, unless `next_answers` (one each) or `answer` (lasting) differ."""

    def __init__(self) -> None:
        self.secret = SECRET
        self.requests: List[Request] = []
        self.accepted: List[Request] = []
        self.next_answers: List[Union[Answer, str]] = []
        self.answer: Optional[Union[Answer, str, Callable[[Request], Optional[Answer]]]] = None
        self.start_answer: Union[Answer, str] = Answer(200, b'{"success":true}')
        self.is_over = threading.Event()
        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return "http://127.0.0.1:{}/api/monitor/job-report".format(self._server.server_address[1])

    @property
    def reports(self) -> List[Request]:
        return [request for request in list(self.requests) if request.path.endswith("/job-report")]

    @property
    def starts(self) -> List[Request]:
        return [request for request in list(self.requests) if request.path.endswith("/job-start")]

    def close(self) -> None:
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()

    def _choose_answer(self, request: Request) -> Union[Answer, str]:
        with self._lock:
            self.requests.append(request)
            if request.headers.get("x-tc-portal-webhook-secret") != self.secret:
                return refuse(401, "Invalid or missing webhook secret")
            if request.path.endswith("/job-start"):
                return self.start_answer
            if self.next_answers:
                return self.next_answers.pop(0)
        answer = self.answer(request) if callable(self.answer) else self.answer
        if answer is not None:
            return answer
        if not request.path.endswith("/job-report"):
            return refuse(404, "Not found")
        self.accepted.append(request)
        return Answer(
            200, json.dumps({"success": True, "id": "1", "job_key": request.body["job_key"]}).encode()
        )

    def _make_handler(self) -> Any:
        portal = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = portal._choose_answer(Request(self.path, headers, raw))
                if answer == HANG:
                    portal.is_over.wait(120)
                elif answer == TRICKLE:
                    self.send_response(200)
                    self.end_headers()
                    while not portal.is_over.wait(0.05):
                        self.wfile.write(b" ")
                elif isinstance(answer, Answer):
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(answer.body)))
                    self.end_headers()
                    self.wfile.write(answer.body)

            def do_GET(self) -> None:
                portal.requests.append(Request("GET " + self.path, dict(self.headers.items()), b""))
                self.send_error(405)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


class PortalTestCase(unittest.TestCase):
    """Provides a portal, an empty spool, the four variables, and a captured stderr."""

    def setUp(self) -> None:
        self.portal = PortalDouble()
        self.addCleanup(self.portal.close)
        self.folder = tempfile.mkdtemp(prefix="tc-portal-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.spool_base = os.path.join(self.folder, "spool")
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("TC_PORTAL_") and not name.lower().endswith("_proxy")
        }
        environment.update(
            TC_PORTAL_MONITOR_URL=self.portal.url,
            TC_PORTAL_WEBHOOK_SECRET=SECRET,
            TC_PORTAL_JOB_KEY="minpaku-in-report",
            TC_PORTAL_JOB_TITLE="minpaku-IN レポート作成",
            TC_PORTAL_SPOOL_DIR=self.spool_base,
            PYTHONDONTWRITEBYTECODE="1",
        )
        self.use(mock.patch.dict(os.environ, environment, clear=True))
        self.use(mock.patch.object(tc_portal, "RETRY_PAUSE_SECONDS", 0.0))
        self.stderr = io.StringIO()
        self.use(mock.patch.object(sys, "stderr", self.stderr))
        tc_portal._already_said.clear()
        tc_portal._make_opener.cache_clear()
        self.forget_that_the_portal_was_away()

    def use(self, patch: Any) -> Any:
        result = patch.start()
        self.addCleanup(patch.stop)
        return result

    def forget_that_the_portal_was_away(self) -> None:
        tc_portal._next_attempt_at.clear()

    @property
    def said(self) -> str:
        return self.stderr.getvalue()

    @property
    def report(self) -> Dict[str, Any]:
        """The only report that the portal received."""
        self.assertEqual(len(self.portal.reports), 1, [request.body for request in self.portal.reports])
        return self.portal.reports[0].body

    @property
    def spool(self) -> tc_portal.Spool:
        settings = tc_portal._read_settings()
        assert settings
        return tc_portal.Spool(settings)

    def list_spool(self) -> List[str]:
        """What is in the spool, except for the notes about URLs."""
        if not os.path.isdir(self.spool_base):
            return []
        notes = ("accepted-", "address-", "wait-until-")
        return sorted(name for name in os.listdir(self.spool_base) if not name.startswith(notes))

    def read_saved(self) -> List[Dict[str, Any]]:
        """The saved reports, oldest first."""
        bodies = [self.spool.read(report.file) or b"" for report in self.spool.list_waiting()]
        return [dict(json.loads(body.decode("utf-8"))) for body in bodies]

    def fill_spool(self, count: int, age_seconds: float = 0.0) -> List[str]:
        """Saves reports in the spool as if written then, and returns their run_ids in that order."""
        run_ids = []
        for index in range(count):
            report = {
                "job_key": "nightly",
                "title": "Nightly",
                "status": "success",
                "finished_at": "2026-11-20T06:00:{:02d}+00:00".format(index % 60),
                "run_id": "run-{}".format(index),
            }
            written_at = time.time_ns() - int(age_seconds * 1e9) + index
            with mock.patch.object(tc_portal.time, "time_ns", return_value=written_at):
                with mock.patch.object(tc_portal.Spool, "drop_excess"):
                    self.assertTrue(self.spool.keep(json.dumps(report).encode()))
            run_ids.append(str(report["run_id"]))
        return run_ids

    def run_tc_portal(self, *words: str, **options: Any) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            self._command(options, words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=options.pop("stdin", None if "input" in options else subprocess.DEVNULL),
            timeout=90,
            **options,
        )

    def start_tc_portal(self, *words: str, **options: Any) -> "subprocess.Popen[bytes]":
        options = dict(
            {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}, **options
        )
        process = subprocess.Popen(self._command(options, words), **options)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _command(options: Dict[str, Any], words: Sequence[str]) -> List[str]:
        is_impatient = options.pop("is_impatient", False)
        return [sys.executable, *(["-c", IMPATIENT] if is_impatient else [TC_PORTAL]), *words]

    def run_script(self, code: str, **options: Any) -> "subprocess.CompletedProcess[bytes]":
        """Runs a job's script with tc_portal.py next to it."""
        script = os.path.join(self.folder, "job.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write(code)
        shutil.copy(TC_PORTAL, self.folder)
        options = dict({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}, **options)
        return subprocess.run([sys.executable, script], timeout=90, **options)

    def eventually(self, condition: Callable[[], Any], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                self.fail("still not so after {} s".format(seconds))
            time.sleep(0.01)

    @staticmethod
    def _end(process: "subprocess.Popen[bytes]") -> None:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr, process.stdin):
            if stream:
                stream.close()


def unused_address() -> str:
    """The URL of a portal that is not running."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return "http://127.0.0.1:{}/api/monitor/job-report".format(listener.getsockname()[1])
