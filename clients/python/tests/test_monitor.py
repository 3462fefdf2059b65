import asyncio
import os
import pickle
import sys
import threading
import time
import unittest
import uuid
from datetime import datetime
from typing import Any, AsyncIterator, Iterator, List
from unittest import mock

from portal_double import CLOSE, HANG, Answer, PortalTestCase, refuse, tc_portal

from tc_portal import current_run, monitor


@monitor()
def picklable() -> int:
    return 5


class AsDecorator(PortalTestCase):
    def test_it_reports_start_and_success(self) -> None:
        @monitor()
        def main(rows: int) -> int:
            """What main does."""
            return rows * 2

        self.assertEqual(main(21), 42)
        self.assertEqual((main.__name__, main.__doc__), ("main", "What main does."))
        (start,) = self.portal.starts
        self.assertEqual(set(start.body), {"job_key", "title", "run_id", "started_at", "host"})
        self.assertEqual(self.portal.requests[0], start)
        self.assertEqual(self.report["status"], "success")
        self.assertEqual(self.report["run_id"], start.body["run_id"])
        self.assertEqual(self.report["started_at"], start.body["started_at"])
        self.assertEqual(uuid.UUID(self.report["run_id"]).version, 4)
        self.assertEqual(self.report["host"], start.body["host"])

    def test_it_prints_nothing_when_all_is_well(self) -> None:
        monitor()(lambda: None)()
        self.assertEqual(self.said, "")

    def test_it_works_without_parentheses(self) -> None:
        @monitor
        def main() -> str:
            return "done"

        self.assertEqual(main(), "done")
        self.assertEqual(self.report["status"], "success")

    def test_it_accepts_a_job_key_and_title(self) -> None:
        monitor(job_key="sales", title="売上")(lambda: None)()
        self.assertEqual((self.report["job_key"], self.report["title"]), ("sales", "売上"))

    def test_it_reports_an_exception_and_raises_it_again(self) -> None:
        error = ValueError("列がありません: 金額")

        @monitor()
        def main() -> None:
            raise error

        with self.assertRaises(ValueError) as caught:
            main()
        self.assertIs(caught.exception, error)
        self.assertEqual(self.report["status"], "error")
        self.assertEqual(self.report["message"], "ValueError: 列がありません: 金額")
        self.assertTrue(self.report["log"].startswith("Traceback (most recent call last)"))
        self.assertIn("raise error", self.report["log"])
        self.assertNotIn("tc_portal.py", self.report["log"])

    def test_a_long_traceback_keeps_its_tail(self) -> None:
        with self.assertRaises(ValueError), monitor():
            raise ValueError("\n".join("line {}".format(index) for index in range(10_000)))
        self.assertTrue(self.report["log"].rstrip().endswith("line 9999"))
        self.assertLess(len(self.report["log"]), 21_000)
        self.assertEqual(len(self.report["message"]), 10_000)

    def test_every_call_is_a_run(self) -> None:
        main = monitor()(lambda: None)
        main()
        main()
        self.assertEqual(len({request.body["run_id"] for request in self.portal.reports}), 2)

    def test_the_environment_is_read_when_it_runs(self) -> None:
        main = monitor()(lambda: None)
        os.environ["TC_PORTAL_JOB_KEY"] = "set-later"
        main()
        self.assertEqual(self.report["job_key"], "set-later")

    def test_the_function_can_access_its_run(self) -> None:
        @monitor()
        def main() -> None:
            current_run().message = "120 件"
            current_run().metrics["rows"] = 120

        main()
        self.assertEqual((self.report["message"], self.report["metrics"]), ("120 件", {"rows": 120}))

    def test_outside_of_a_run_the_current_run_does_nothing(self) -> None:
        current_run().message = "nobody hears this"
        self.assertEqual(self.portal.requests, [])

    def test_a_decorated_function_can_be_pickled(self) -> None:
        self.assertEqual(pickle.loads(pickle.dumps(picklable))(), 5)

    def test_a_generator_is_one_run_to_its_last_item(self) -> None:
        @monitor()
        def rows() -> Iterator[int]:
            yield 1
            self.assertEqual(self.portal.reports, [])
            yield 2

        self.assertEqual(list(rows()), [1, 2])
        self.assertEqual(self.report["status"], "success")

    def test_a_generator_that_is_stopped_early_is_a_success(self) -> None:
        @monitor()
        def rows() -> Iterator[int]:
            yield 1
            yield 2

        generator = rows()
        next(generator)
        generator.close()
        self.assertEqual(self.report["status"], "success")

    def test_an_async_generator_is_not_monitored(self) -> None:
        async def rows() -> AsyncIterator[int]:
            yield 1

        self.assertIs(monitor()(rows), rows)
        self.assertIn("[TC Portal]", self.said)


class AsContextManager(PortalTestCase):
    def test_it_reports_message_metrics_and_log(self) -> None:
        with monitor(job_key="sales") as run:
            run.message = "処理完了"
            run.metrics = {"rows": 120}
            run.metrics["files"] = 2
            run.log = "a.csv\nb.csv"
        self.assertEqual(self.report["message"], "処理完了")
        self.assertEqual(self.report["metrics"], {"rows": 120, "files": 2})
        self.assertEqual(self.report["log"], "a.csv\nb.csv")

    def test_it_measures_the_duration(self) -> None:
        with monitor() as run:
            began = run._began
            with mock.patch.object(tc_portal.time, "monotonic", return_value=began + 1.5):
                run._report_outcome(None, None, None)
        self.assertEqual(self.portal.reports[0].body["duration_ms"], 1500)

    def test_it_sends_the_schedule_and_tool(self) -> None:
        schedule = {"type": "interval", "seconds": 3600}
        with monitor(schedule=schedule, tool_id="0b0e7d60-0000-4000-8000-000000000000", host="pc-9"):
            pass
        self.assertEqual(self.report["schedule"], schedule)
        self.assertEqual(self.report["tool_id"], "0b0e7d60-0000-4000-8000-000000000000")
        self.assertEqual(self.portal.starts[0].body["tool_id"], "0b0e7d60-0000-4000-8000-000000000000")
        self.assertEqual(self.report["host"], "pc-9")

    def test_the_output_before_a_failure_is_in_the_log(self) -> None:
        with self.assertRaises(KeyError), monitor() as run:
            run.message = "500 件中 120 件目"
            run.metrics["rows"] = 120
            {}["金額"]
        self.assertEqual(self.report["message"], "KeyError: '金額'")
        self.assertTrue(self.report["log"].startswith("500 件中 120 件目\nTraceback"))
        self.assertEqual(self.report["metrics"], {"rows": 120})

    def test_a_job_can_fail_without_an_exception(self) -> None:
        with monitor() as run:
            run.fail("0 件でした")
        self.assertEqual((self.report["status"], self.report["message"]), ("error", "0 件でした"))

    def test_a_keyboard_interrupt_is_an_error(self) -> None:
        with self.assertRaises(KeyboardInterrupt), monitor():
            raise KeyboardInterrupt
        self.assertEqual((self.report["status"], self.report["message"]), ("error", "KeyboardInterrupt"))

    def test_an_exit_with_zero_or_nothing_is_a_success(self) -> None:
        for code in (0, None, False):
            with self.assertRaises(SystemExit), monitor():
                sys.exit(code)
        self.assertEqual([request.body["status"] for request in self.portal.reports], ["success"] * 3)
        self.assertEqual({request.body["exit_code"] for request in self.portal.reports}, {0})

    def test_an_exit_with_a_number_or_text_is_an_error(self) -> None:
        for code in (3, "設定がありません"):
            with self.assertRaises(SystemExit) as caught, monitor():
                sys.exit(code)
            self.assertEqual(caught.exception.code, code)
        number, text = [request.body for request in self.portal.reports]
        self.assertEqual((number["status"], number["exit_code"]), ("error", 3))
        self.assertEqual((text["exit_code"], text["message"]), (1, "SystemExit: 設定がありません"))

    def test_an_exception_that_cannot_be_shown_is_still_reported(self) -> None:
        class Silent(Exception):
            def __str__(self) -> str:
                raise RuntimeError

        with self.assertRaises(Silent), monitor():
            raise Silent()
        self.assertIn("Silent: <str() failed>", self.report["message"])

    def test_nested_runs_are_kept_apart(self) -> None:
        with monitor(job_key="outer"):
            with monitor(job_key="inner"):
                current_run().message = "inside"
            current_run().message = "outside"
        said = {request.body["job_key"]: request.body["message"] for request in self.portal.reports}
        self.assertEqual(said, {"inner": "inside", "outer": "outside"})

    def test_threads_can_share_one_monitor(self) -> None:
        shared = monitor()
        all_inside = threading.Barrier(4)

        def work(number: int) -> None:
            with shared as run:
                run.message = str(number)
                all_inside.wait(10)
                if current_run() is not run:
                    run.fail("another thread's run")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(request.body["message"] for request in self.portal.reports), list("0123"))

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_a_forked_child_does_not_report_its_parent_s_run(self) -> None:
        result = self.run_script(
            "import os, sys, tc_portal\n"
            "with tc_portal.monitor():\n"
            "    child = os.fork()\n"
            "    if child == 0:\n"
            "        sys.exit(0)\n"
            "    os.waitpid(child, 0)\n"
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.report["status"], "success")


class InAsyncCode(PortalTestCase):
    def test_it_reports_a_coroutine(self) -> None:
        @monitor()
        async def main() -> int:
            await asyncio.sleep(0)
            current_run().message = "done"
            return 42

        self.assertEqual(asyncio.run(main()), 42)
        self.assertEqual((self.report["status"], self.report["message"]), ("success", "done"))

    def test_it_reports_a_coroutine_s_exception_and_raises_it_again(self) -> None:
        @monitor()
        async def main() -> None:
            raise OSError("disk")

        with self.assertRaises(OSError):
            asyncio.run(main())
        self.assertEqual(self.report["message"], "OSError: disk")

    def test_async_with_reports_too(self) -> None:
        async def main() -> None:
            async with monitor() as run:
                run.message = "async"

        asyncio.run(main())
        self.assertEqual(self.report["message"], "async")

    def test_concurrent_tasks_are_separate_runs(self) -> None:
        @monitor()
        async def work(number: int) -> None:
            current_run().message = str(number)
            await asyncio.sleep(0)
            current_run().metrics["number"] = number

        async def main() -> None:
            await asyncio.gather(*(work(number) for number in range(3)))

        asyncio.run(main())
        said = sorted(
            (request.body["message"], request.body["metrics"]["number"]) for request in self.portal.reports
        )
        self.assertEqual(said, [("0", 0), ("1", 1), ("2", 2)])

    def test_the_loop_continues_while_the_portal_is_slow(self) -> None:
        os.environ["TC_PORTAL_TIMEOUT_SECONDS"] = "5"
        may_answer = threading.Event()
        self.portal.answer = lambda _request: may_answer.wait(10) and None

        @monitor()
        async def work() -> None:
            pass

        async def main() -> None:
            task = asyncio.ensure_future(work())
            while not self.portal.reports:
                await asyncio.sleep(0.01)
            may_answer.set()
            await task

        asyncio.run(main())
        self.assertIn("success", self.report["status"])

    def test_a_canceled_task_is_an_error_and_stays_canceled(self) -> None:
        @monitor()
        async def work() -> None:
            await asyncio.sleep(60)

        async def main() -> None:
            task = asyncio.ensure_future(work())
            await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        self.assertEqual(self.report["status"], "error")
        self.assertIn("CancelledError", self.report["message"])


class WhenThePortalCannotBeReached(PortalTestCase):
    def test_the_job_runs_and_its_report_is_saved(self) -> None:
        self.portal.answer = refuse(503, "away")
        self.portal.start_answer = CLOSE
        self.assertEqual(monitor()(lambda: "done")(), "done")
        self.assertEqual(len(self.spool.list_waiting()), 1)
        self.assertEqual(self.said.count("\n"), 1)

    def test_a_failed_start_is_silent_and_not_saved(self) -> None:
        for answer in (CLOSE, refuse(404, "not found"), refuse(503, "away"), refuse(400, "no")):
            self.portal.start_answer = answer
            with monitor():
                pass
        # A refused one is tried a second time, without its optional fields.
        self.assertEqual(len(self.portal.starts), 5)
        self.assertEqual(len(self.portal.reports), 4)
        self.assertEqual((self.said, self.list_spool()), ("", []))

    def test_the_job_does_not_wait_for_its_start_to_be_reported(self) -> None:
        self.portal.start_answer = HANG
        began = time.monotonic()
        with mock.patch.object(tc_portal, "START_WAIT_SECONDS", 0.2):
            with monitor():
                self.assertLess(time.monotonic() - began, 10)
                self.eventually(lambda: self.portal.starts)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(self.report["status"], "success")

    def test_a_loop_of_jobs_does_not_wait_for_each(self) -> None:
        os.environ["TC_PORTAL_TIMEOUT_SECONDS"] = "0.5"
        self.portal.start_answer = self.portal.answer = HANG
        began = time.monotonic()
        for _ in range(60):
            with monitor():
                pass
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(len(self.spool.list_waiting()), 60)

    def test_no_start_is_sent_if_the_url_is_not_for_job_reports(self) -> None:
        os.environ["TC_PORTAL_MONITOR_URL"] = self.portal.url.replace("job-report", "report")
        with monitor():
            pass
        self.assertEqual([request.path for request in self.portal.requests], ["/api/monitor/report"])

    def test_the_start_goes_to_the_sibling_path(self) -> None:
        for url, start in (
            ("https://x/api/monitor/job-report", "https://x/api/monitor/job-start"),
            ("https://x/base/job-report/?a=1", "https://x/base/job-start?a=1"),
            ("https://x/job-report", "https://x/job-start"),
            ("https://x/job-report/other", None),
            ("https://x/my-job-report", None),
            ("https://x/", None),
        ):
            self.assertEqual(tc_portal._start_url(url), start)

    def test_unset_variables_mean_one_line_and_an_ordinary_job(self) -> None:
        del os.environ["TC_PORTAL_MONITOR_URL"]
        with monitor() as run:
            run.metrics["rows"] = 1
        with self.assertRaises(ValueError), monitor():
            raise ValueError
        self.assertEqual(self.portal.requests, [])
        self.assertEqual(self.said.count("\n"), 1)

    def test_an_internal_error_does_not_replace_the_job_s_own(self) -> None:
        with mock.patch.object(tc_portal, "_build_report", side_effect=ZeroDivisionError):
            with self.assertRaises(ValueError), monitor():
                raise ValueError("the job's own")
        self.assertIn("ZeroDivisionError", self.said)

    @unittest.skipUnless(hasattr(os, "register_at_fork"), "needs fork")
    def test_a_fork_waits_a_moment_for_the_start_that_is_on_its_way(self) -> None:
        may_answer = threading.Event()
        order: List[Any] = []

        class SlowStart(Answer):
            @property
            def headers(self) -> Any:
                may_answer.wait(10)
                order.append("answered")
                return {}

        self.portal.start_answer = SlowStart(200, b'{"success":true}')
        with monitor():
            self.eventually(lambda: self.portal.starts)
            threading.Timer(0.1, may_answer.set).start()
            tc_portal._prepare_fork()
            tc_portal._finish_fork()
            order.append("forked")
        self.assertEqual(order, ["answered", "forked"])
        self.assertEqual(tc_portal._starts_in_flight, [])
        self.assertTrue(datetime.fromisoformat(self.report["started_at"]))
