"""What authors pass: no value may cost the outcome or change the job [rule 39: the outcome goes through]."""

import decimal
import enum
import fractions
import inspect
import math
import os
import pathlib
import sys
import threading
import time
import uuid
from datetime import date, datetime, timedelta, timezone
from typing import Any, Callable, Dict, Iterator, List, Tuple
from unittest import mock

from portal_double import PortalTestCase, refuse_as_version_0_1_0, tc_portal

from tc_portal import monitor, report_job_status

TOKYO = timezone(timedelta(hours=9))


class Color(enum.Enum):
    RED = "red"


class Level(str, enum.Enum):
    HIGH = "high"


class Code(enum.IntEnum):
    THREE = 3


class Hostile:
    """An object that answers nothing."""

    def _refuse(self, *_: Any) -> Any:
        raise RuntimeError("no")

    __str__ = __repr__ = __bool__ = __eq__ = __len__ = __iter__ = __float__ = __int__ = _refuse
    __index__ = __format__ = __getattr__ = _refuse
    __hash__ = None  # type: ignore


class HostileText(str):
    def __str__(self) -> str:
        raise RuntimeError("no")

    def replace(self, *_: Any) -> str:
        raise RuntimeError("no")

    encode = strip = lower = replace  # type: ignore


class NotATime(datetime):
    """As pandas.NaT: a datetime without a year."""

    @property
    def year(self) -> Any:
        return math.nan


class NoZone(type(timezone.utc).__mro__[1]):  # type: ignore
    def utcoffset(self, _moment: Any) -> Any:
        raise RuntimeError("no")

    tzname = dst = utcoffset


def endless() -> Dict[str, Any]:
    found: Dict[str, Any] = {}
    found["self"] = found
    return found


def deep() -> List[Any]:
    found: List[Any] = []
    for _ in range(100_000):
        found = [found]
    return found


VALUES: List[Tuple[str, Callable[[], Any]]] = [
    ("none", lambda: None),
    ("true", lambda: True),
    ("false", lambda: False),
    ("zero", lambda: 0),
    ("negative", lambda: -1),
    ("large", lambda: 2**63),
    ("beyond a float", lambda: 10**400),
    ("nan", lambda: math.nan),
    ("infinity", lambda: math.inf),
    ("a float", lambda: 12.7),
    ("the time", lambda: time.time()),
    ("the time in ns", lambda: time.time_ns()),
    ("decimal", lambda: decimal.Decimal("12.70")),
    ("decimal nan", lambda: decimal.Decimal("sNaN")),
    ("fraction", lambda: fractions.Fraction(1, 3)),
    ("empty", lambda: ""),
    ("blank", lambda: " \t\u3000\r\n"),
    ("invisible", lambda: "\ufeff\u200b\0"),
    ("a number as text", lambda: "12"),
    ("long", lambda: "長" * 600),
    ("very long", lambda: "x" * 3_000_000),
    ("a lone surrogate", lambda: "a\ud800b"),
    ("control characters", lambda: "a\0b\x1b[31m\r\nc"),
    ("hostile text", lambda: HostileText("text")),
    ("bytes", lambda: b"abc"),
    ("bytes that are no text", lambda: b"\xff\xfe\x00\x80"),
    ("bytearray", lambda: bytearray("完了".encode("cp932"))),
    ("memoryview", lambda: memoryview(b"abc")),
    ("an enum", lambda: Color.RED),
    ("a text enum", lambda: Level.HIGH),
    ("a number enum", lambda: Code.THREE),
    ("a path", lambda: pathlib.PurePosixPath("/var/log/売上.csv")),
    ("a uuid", lambda: uuid.UUID(int=5)),
    ("a naive datetime", lambda: datetime.now()),
    ("an aware datetime", lambda: datetime.now(TOKYO)),
    ("the first datetime", lambda: datetime.min),
    ("the last datetime", lambda: datetime.max.replace(tzinfo=timezone.utc)),
    ("not a time", lambda: NotATime(2026, 1, 1)),
    ("a broken zone", lambda: datetime(2026, 1, 1, tzinfo=NoZone())),
    ("a date", lambda: date(2026, 11, 27)),
    ("a struct_time", lambda: time.localtime()),
    ("a timedelta", lambda: timedelta(seconds=3)),
    ("a negative timedelta", lambda: timedelta(seconds=-3)),
    ("a list", lambda: ["a", 1, None]),
    ("an empty list", lambda: []),
    ("a dict", lambda: {"a": 1, "b": "x", 3: None}),
    ("a dict of hostile values", lambda: {"a": Hostile(), Level.HIGH: math.nan, "rows": 5}),
    ("a large dict", lambda: {"name {}".format(index) * 30: index for index in range(5_000)}),
    ("itself", endless),
    ("deep", deep),
    ("a set", lambda: {1, 2}),
    ("a generator", lambda: (index for index in range(3))),
    ("a function", lambda: print),
    ("a class", lambda: Hostile),
    ("a module", lambda: sys),
    ("a lock", lambda: threading.Lock()),
    ("an exception", lambda: ValueError("boom")),
    ("a mock", lambda: mock.MagicMock()),
    ("a hostile object", Hostile),
]


class EveryValueInEveryPlace(PortalTestCase):
    """Every value in every parameter of every form, against today's portal and against the first one."""

    case = ""

    def setUp(self) -> None:
        super().setUp()
        os.environ["TC_PORTAL_TIMEOUT_SECONDS"] = "60"

    def each(self) -> Iterator[Any]:
        for portal_name, answer in (("today", None), ("0.1.0", refuse_as_version_0_1_0)):
            for name, make in VALUES:
                self.case = "{} to the portal of {}".format(name, portal_name)
                self.portal.answer = answer
                self.portal.requests.clear()
                self.stderr.truncate(0)
                yield make()

    def assert_arrived(self, status: str, given: Any = None, field: str = "") -> Dict[str, Any]:
        """The outcome arrived, and whatever was not sent as given is told of."""
        bodies = [request.body for request in self.portal.reports]
        self.assertTrue(bodies, self.case)
        self.assertEqual(bodies[-1]["status"], status, self.case)
        if self.portal.answer is not None:
            self.assertIsNone(refuse_as_version_0_1_0(self.portal.reports[-1]), self.case)
        self.assertEqual(self.list_spool(), [], self.case)
        said_nothing = self.said.replace("[TC Portal] 報告成功: " + status, "").strip("\0\n ") == ""
        is_blank = given is None or (
            isinstance(given, str) and not str.strip(given, " \t\u3000\r\n\ufeff\u200b\0")
        )
        is_empty = isinstance(given, (list, dict)) and not given or isinstance(given, mock.MagicMock)
        if field and field not in bodies[-1] and not is_blank and not is_empty:
            self.assertFalse(said_nothing, "nothing tells that {} is missing: {}".format(field, self.case))
        return bodies[-1]

    def test_in_the_function(self) -> None:
        parameters = [name for name in inspect.signature(report_job_status).parameters if name != "status"]
        self.assertGreater(len(parameters), 10)
        for name in parameters:
            for value in self.each():
                report_job_status("error", **dict({"message": "boom"}, **{name: value}))
                self.assert_arrived("error", value, name)

    def test_as_the_status_of_the_function(self) -> None:
        for value in self.each():
            expected = "success" if value is True else "error"
            report_job_status(value, "boom")
            self.assertIn("boom", self.assert_arrived(expected)["message"])

    def test_all_parameters_at_once(self) -> None:
        names = [name for name in inspect.signature(report_job_status).parameters if name != "status"]
        for value in self.each():
            report_job_status("error", **{name: value for name in names})
            self.assert_arrived("error")

    def test_in_the_decorator_and_the_context_manager(self) -> None:
        names = [name for name in inspect.signature(tc_portal.Monitor).parameters]
        self.assertEqual(len(names), 5)
        for name in names:
            for value in self.each():
                if callable(value) and name == "job_key":
                    continue
                with monitor(**{name: value}):
                    pass
                self.assert_arrived("success", value, name)
                self.portal.requests.clear()
                self.assertEqual(monitor(**{name: value})(lambda: 42)(), 42)
                self.assert_arrived("success")

    def test_in_the_attributes_of_the_run(self) -> None:
        for name in ("message", "metrics", "log", "run_id", "started_at"):
            for value in self.each():
                error = ValueError("boom")
                with self.assertRaises(ValueError) as caught, monitor() as run:
                    setattr(run, name, value)
                    raise error
                self.assertIs(caught.exception, error)
                self.assertEqual(self.assert_arrived("error")["message"], "ValueError: boom")
                self.portal.requests.clear()
                with monitor() as run:
                    setattr(run, name, value)
                self.assert_arrived("success", value, name)

    def test_as_a_metric_or_its_name(self) -> None:
        for value in self.each():
            with monitor() as run:
                run.metrics["value"] = value
                run.metrics["rows"] = 5
            self.assertEqual(self.assert_arrived("success")["metrics"]["rows"], 5)

    def test_as_the_reason_of_a_failure(self) -> None:
        for value in self.each():
            with monitor() as run:
                run.fail(value)
            self.assert_arrived("error")

    def test_as_the_exit_code_or_the_argument_of_an_exception(self) -> None:
        for value in self.each():
            for error in (SystemExit(value), ValueError(value), KeyError(value, value)):
                self.portal.requests.clear()
                with self.assertRaises(type(error)) as caught, monitor():
                    raise error
                self.assertIs(caught.exception, error)
                is_zero = value is None or isinstance(value, int) and value == 0
                is_success = isinstance(error, SystemExit) and is_zero
                self.assert_arrived("success" if is_success else "error")

    def test_as_the_result_of_the_job(self) -> None:
        for value in self.each():
            self.assertIs(monitor()(lambda: value)(), value)
            self.assert_arrived("success")

    def test_in_a_saved_report(self) -> None:
        os.environ["TC_PORTAL_MONITOR_URL"] = "not a url"
        names = [name for name in inspect.signature(report_job_status).parameters if name != "status"]
        for value in self.each():
            report_job_status("error", **{name: value for name in names})
            os.environ["TC_PORTAL_MONITOR_URL"] = self.portal.url
            self.assertEqual(tc_portal.main(["flush"]), 0)
            self.assert_arrived("error")
            os.environ["TC_PORTAL_MONITOR_URL"] = "not a url"

    def test_exceptions_that_hide_what_they_are(self) -> None:
        class Nameless(Exception):
            __module__ = None  # type: ignore

        class Loud(Exception):
            def __str__(self) -> str:
                return "x" * 5_000_000

        class Circular(Exception):
            @property
            def __cause__(self) -> Any:  # type: ignore
                raise RuntimeError("no")

        for error in (Nameless("a"), Loud(), Circular("b"), Exception(Hostile())):
            self.portal.requests.clear()
            with self.assertRaises(type(error)) as caught, monitor():
                raise error
            self.assertIs(caught.exception, error)
            self.assert_arrived("error")


class WhatIsTakenAsMeant(PortalTestCase):
    def send(self, **values: Any) -> Dict[str, Any]:
        self.portal.requests.clear()
        report_job_status(values.pop("status", "success"), **values)
        return self.report

    def test_a_time_in_every_spelling_is_the_same_instant(self) -> None:
        instant = datetime(2026, 11, 27, 6, 0, 0, tzinfo=timezone.utc)
        seconds = instant.timestamp()
        for value in (
            instant,
            instant.astimezone(TOKYO),
            instant.astimezone().replace(tzinfo=None),
            seconds,
            int(seconds),
            decimal.Decimal(int(seconds)),
            int(seconds) * 1000,
            int(seconds) * 10**6,
            int(seconds) * 10**9,
            str(seconds),
            str(int(seconds)),
            time.gmtime(seconds),
            time.localtime(seconds),
            time.ctime(seconds),
            "2026-11-27T06:00:00Z",
            "2026-11-27T06:00:00.000Z",
            "20261127T060000Z",
            "2026-11-27T15:00:00+09:00",
            "2026-11-27 15:00:00 +0900",
            "2026/11/27 15:00:00+09",
            "2026-11-27T15:00:00+09:00[Asia/Tokyo]",
            " 2026-11-27 06:00:00 UTC\r\n",
            "Fri, 27 Nov 2026 15:00:00 +0900",
            "Fri, 27 Nov 2026 15:00:00 +0900 (JST)",
            "27 Nov 2026 06:00 GMT",
            b"2026-11-27T06:00:00Z",
        ):
            with self.subTest(value=value):
                self.assertEqual(self.send(finished_at=value)["finished_at"], "2026-11-27T06:00:00+00:00")

    def test_what_names_no_instant_counts_as_now(self) -> None:
        for value in (
            "11/12/2026",
            "yesterday",
            "2026-11-27",
            "2026-13-01T00:00:00Z",
            "2026-11-27T15:00:00[Asia/Tokyo]",
            "Fri, 27 Nov 2026 15:00:00 JST",
            5,
            time.monotonic() % 10_000_000,
            datetime(1970, 1, 1, tzinfo=timezone.utc),
            True,
        ):
            with self.subTest(value=value):
                before = datetime.now(timezone.utc)
                finished = datetime.fromisoformat(self.send(finished_at=value)["finished_at"])
                self.assertTrue(before <= finished <= datetime.now(timezone.utc))
                self.assertIn("finished_at", self.said)

    def test_a_naive_time_is_local_unless_only_utc_makes_sense(self) -> None:
        with mock.patch.dict(os.environ, {"TZ": "Asia/Tokyo"}):
            time.tzset()
            try:
                now = datetime.now(timezone.utc)
                for moment in (now.replace(tzinfo=None), now.astimezone().replace(tzinfo=None)):
                    started = moment - timedelta(minutes=30)
                    for form in (lambda value: value, str):
                        report = self.send(started_at=form(started), finished_at=form(moment))
                        self.assertEqual(report["finished_at"], now.isoformat())
                        self.assertEqual(report["duration_ms"], 30 * 60_000)
                old = self.send(finished_at=datetime(2026, 11, 20, 15, 0))
                self.assertEqual(old["finished_at"], "2026-11-20T06:00:00+00:00")
            finally:
                os.environ.pop("TZ")
                time.tzset()

    def test_numbers_in_every_spelling(self) -> None:
        for value in (
            "3",
            " 3 ",
            3.0,
            "3.2",
            decimal.Decimal("2.7"),
            Code.THREE,
            b"3",
            fractions.Fraction(3),
        ):
            self.assertEqual(self.send(exit_code=value)["exit_code"], 3)
            self.assertEqual(self.send(duration_ms=value)["duration_ms"], 3)
        self.assertEqual(self.send(duration_ms=timedelta(seconds=1.5))["duration_ms"], 1500)
        self.assertEqual(self.send(exit_code=0xC0000005)["exit_code"], 0xC0000005)

    def test_words_for_an_outcome(self) -> None:
        for word in ("success", " SUCCESS\n", "Succeeded", "ok", "done", True, "成功", b"success"):
            self.assertEqual(self.send(status=word)["status"], "success")
        for word in ("error", "ERROR", "failed", "failure", "NG", False, "失敗"):
            self.assertEqual(self.send(status=word)["status"], "error")
        self.assertEqual(self.said.count("不明"), 0)

    def test_an_unknown_word_for_an_outcome_is_an_error_that_says_so(self) -> None:
        report = self.send(status="partially", message="120 件")
        self.assertEqual(report["status"], "error")
        self.assertIn("'partially'", report["message"])
        self.assertTrue(report["message"].endswith("120 件"))
        self.assertIn("status must be 'success' or 'error'", self.said)

    def test_names_are_trimmed_and_composed(self) -> None:
        for key in ("caf\u00e9", "cafe\u0301", "\ufeffcaf\u00e9 \r\n", "caf\u00e9\0"):
            self.assertEqual(self.send(job_key=key)["job_key"], "caf\u00e9")
        for key in ("", "  ", "\u200b", "\0"):
            self.assertEqual(self.send(job_key=key)["job_key"], "minpaku-in-report")
        self.assertEqual(self.send(job_key=Level.HIGH)["job_key"], "high")
        self.assertEqual(self.send(job_key=0)["job_key"], "0")

    def test_long_names_are_clipped_and_stay_apart(self) -> None:
        one, other = "k" * 300 + "1", "k" * 300 + "2"
        keys = [self.send(job_key=key, run_id=key)["job_key"] for key in (one, other, one)]
        self.assertEqual(len(set(keys)), 2)
        self.assertEqual(keys[0], keys[2])
        self.assertTrue(all(len(key) == 200 for key in keys))
        self.assertEqual(len(self.send(title="題" * 600)["title"]), 500)

    def test_the_start_of_a_run_has_the_same_names_as_its_end(self) -> None:
        with monitor(job_key="k" * 300, title="t" * 600):
            pass
        start = self.portal.starts[0].body
        self.assertEqual(
            {name: self.report[name] for name in ("job_key", "title", "run_id")},
            {name: start[name] for name in ("job_key", "title", "run_id")},
        )
