"""A monitored job that a signal or the end of its process stops: the outcome arrives, and its parent sees the same."""

import os
import shutil
import signal
import subprocess
import sys
import time
import unittest
from typing import Any, Dict

from portal_double import HANG, TC_PORTAL, PortalTestCase, refuse, tc_portal

ENDING = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU")

WAIT = "print('ready', flush=True)\nfor _ in range(6000): time.sleep(0.01)\n"

FORMS = {
    "decorator": "@monitor()\ndef main():\n{}\nmain()\n",
    "context manager": "with monitor() as run:\n    run.message = '120 件目'\n{}\n",
    "generator": "@monitor()\ndef rows():\n    yield 1\n{}\nlist(rows())\n",
    "coroutine": "@monitor()\nasync def main():\n    print('ready', flush=True)\n    await asyncio.sleep(60)\n"
    "asyncio.run(main())\n",
    "nested": "@monitor(job_key='outer')\ndef outer():\n  with monitor(job_key='inner'):\n{}\nouter()\n",
}


@unittest.skipIf(os.name == "nt", "POSIX signals")
class BySignal(PortalTestCase):
    def start_script(self, code: str, **options: Any) -> "subprocess.Popen[bytes]":
        script = os.path.join(self.folder, "job.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write(
                "import asyncio, os, signal, sys, threading, time, tc_portal\nfrom tc_portal import *\n"
                + code
            )
        shutil.copy(TC_PORTAL, self.folder)
        options = dict({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}, **options)
        process = subprocess.Popen([sys.executable, "-X", "utf8", script], **options)
        self.addCleanup(self._end, process)
        if options["stdout"] == subprocess.PIPE:
            self.assertEqual(process.stdout.readline(), b"ready\n")
        return process

    @staticmethod
    def indent(code: str) -> str:
        return "".join("    " + line + "\n" for line in code.splitlines())

    def job(self, form: str = "context manager", before: str = "", code: str = WAIT) -> str:
        return before + FORMS[form].format(self.indent(code))

    def stop(self, process: "subprocess.Popen[bytes]", name: str) -> int:
        process.send_signal(getattr(signal, name))
        return process.wait(60)

    def bodies(self) -> Dict[str, Dict[str, Any]]:
        return {request.body["job_key"]: request.body for request in self.portal.reports}

    def test_each_signal_in_each_form_is_an_error_and_ends_the_process_as_without_us(self) -> None:
        cases = [(form, "SIGTERM") for form in FORMS] + [("context manager", name) for name in ENDING[1:]]
        for form, name in cases:
            with self.subTest(form=form, signal=name):
                self.portal.requests.clear()
                process = self.start_script(self.job(form))
                self.assertEqual(self.stop(process, name), -getattr(signal, name))
                expected = ["inner", "outer"] if form == "nested" else ["minpaku-in-report"]
                self.assertEqual(sorted(self.bodies()), expected)
                for body in self.bodies().values():
                    self.assertEqual(body["status"], "error")
                    self.assertIn(name, body["message"])
                    self.assertEqual(body["exit_code"], 128 + getattr(signal, name))
                    self.assertIn("job.py", body["log"])
                self.assertEqual(self.list_spool(), [])

    def test_the_log_says_where_the_job_was(self) -> None:
        process = self.start_script(self.job())
        self.stop(process, "SIGTERM")
        self.assertTrue(self.report["log"].startswith("120 件目\n"))
        self.assertRegex(self.report["log"], r"job.py\", line \d+, in <module>\n    (time.sleep|print|for)")

    def test_ctrl_c_is_a_keyboard_interrupt_as_before(self) -> None:
        process = self.start_script(self.job())
        self.assertEqual(self.stop(process, "SIGINT"), -signal.SIGINT)
        self.assertEqual(self.report["message"], "KeyboardInterrupt")

    def test_sigint_at_its_default_is_reported_too(self) -> None:
        process = self.start_script(self.job(before="signal.signal(signal.SIGINT, signal.SIG_DFL)\n"))
        self.assertEqual(self.stop(process, "SIGINT"), -signal.SIGINT)
        self.assertIn("SIGINT", self.report["message"])

    def test_the_job_s_own_handler_decides(self) -> None:
        handler = "def stop(number, frame):\n    print('cleaning up', flush=True)\n    sys.exit(7)\n"
        install = "signal.signal(signal.SIGTERM, stop)\n"
        for before, inside in ((handler + install, ""), (handler, install)):
            self.portal.requests.clear()
            process = self.start_script(self.job(before=before, code=inside + WAIT))
            self.assertEqual(self.stop(process, "SIGTERM"), 7)
            self.assertEqual(process.stdout.read(), b"cleaning up\n")
            self.assertEqual((self.report["status"], self.report["exit_code"]), ("error", 7))

    def test_a_handler_that_calls_the_one_before_it_works_as_without_us(self) -> None:
        code = (
            "stopping = []\n"
            "def stop(number, frame):\n"
            "    stopping.append(number)\n"
            "    if callable(previous): previous(number, frame)\n"
            "previous = signal.signal(signal.SIGTERM, stop)\n"
            "print('ready', flush=True)\n"
            "while not stopping: time.sleep(0.01)\n"
            "signal.signal(signal.SIGTERM, previous)\n"
        )
        process = self.start_script(self.job(code=code) + "print('after', flush=True)\n")
        self.assertEqual(self.stop(process, "SIGTERM"), 0)
        self.assertEqual(process.stdout.read(), b"after\n")
        self.assertEqual(self.report["status"], "success")

    def test_an_ignored_signal_stays_ignored(self) -> None:
        before = "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        code = "os.kill(os.getpid(), signal.SIGHUP)\nprint('ready', flush=True)\n"
        process = self.start_script(self.job(before=before, code=code))
        self.assertEqual(process.wait(60), 0)
        self.assertEqual(self.report["status"], "success")

    @unittest.skipUnless(os.path.exists("/proc/self/status"), "needs /proc")
    def test_a_handler_of_c_code_is_left_alone(self) -> None:
        before = "import faulthandler\nfaulthandler.register(signal.SIGUSR1)\n"
        code = "os.kill(os.getpid(), signal.SIGUSR1)\nprint('ready', flush=True)\n"
        process = self.start_script(self.job(before=before, code=code))
        self.assertEqual(process.wait(60), 0)
        self.assertIn(b"most recent call first", process.stderr.read())
        self.assertEqual(self.report["status"], "success")

    def test_outside_of_a_run_nothing_is_changed(self) -> None:
        look = "print([signal.getsignal(getattr(signal, name)).name for name in {!r}] )\n".format(ENDING)
        code = (
            "print('ready', flush=True)\n"
            + look
            + self.job(code="pass")
            + look
            + "async def work():\n    async with monitor(): pass\nasyncio.run(work())\n"
            + look
            + "report_job_status('success')\n"
            + look
        )
        process = self.start_script(code)
        self.assertEqual(process.wait(60), 0)
        lines = process.stdout.read().splitlines()
        self.assertEqual(lines, [repr(["SIG_DFL"] * len(ENDING)).encode()] * 4)
        self.assertEqual(len(self.portal.reports), 3)

    def test_a_signal_after_the_run_ends_the_process_without_a_report(self) -> None:
        process = self.start_script(self.job(code="pass") + WAIT)
        self.assertEqual(self.stop(process, "SIGTERM"), -signal.SIGTERM)
        self.assertEqual(self.report["status"], "success")

    def test_runs_in_other_threads_are_reported_if_the_main_thread_has_one(self) -> None:
        code = (
            "def work():\n    with monitor(job_key='in a thread'): inside.set(); time.sleep(60)\n"
            "inside = threading.Event()\n"
            "with monitor(job_key='main'):\n"
            "    threading.Thread(target=work, daemon=True).start()\n    inside.wait()\n" + self.indent(WAIT)
        )
        process = self.start_script(code)
        self.assertEqual(self.stop(process, "SIGTERM"), -signal.SIGTERM)
        self.assertEqual(sorted(self.bodies()), ["in a thread", "main"])

    def test_a_forked_child_is_ended_as_without_us_and_reports_nothing(self) -> None:
        code = (
            "child = os.fork()\n"
            "if child == 0:\n    time.sleep(60)\n    os._exit(0)\n"
            "os.kill(child, signal.SIGTERM)\n"
            "status = os.waitpid(child, 0)[1]\n"
            "print('ready', flush=True)\nprint(os.WTERMSIG(status), flush=True)\n"
        )
        process = self.start_script(self.job(code=code))
        self.assertEqual(process.wait(60), 0)
        self.assertEqual(process.stdout.read().strip(), b"15")
        self.assertEqual(self.report["status"], "success")

    def test_a_program_that_the_job_starts_is_ended_as_without_us(self) -> None:
        code = (
            "import subprocess\nchild = subprocess.Popen(['sleep', '60'])\nchild.terminate()\n"
            "print('ready', flush=True)\nprint(child.wait(), flush=True)\n"
        )
        process = self.start_script(self.job(code=code))
        self.assertEqual(process.wait(60), 0)
        self.assertEqual(process.stdout.read().strip(), b"-15")

    def test_a_report_on_its_way_is_not_lost(self) -> None:
        """With the outcome that the job had, in the function and at the end of a run."""
        for code, status in (
            ("report_job_status('error', 'boom')\n", "error"),
            (self.job(code="pass"), "success"),
        ):
            self.portal.answer = HANG
            self.portal.requests.clear()
            process = self.start_script("print('ready', flush=True)\n" + code)
            self.eventually(lambda: self.portal.reports)
            self.assertEqual(self.stop(process, "SIGTERM"), -signal.SIGTERM)
            run_id = self.portal.reports[0].body["run_id"]
            self.portal.answer = None
            self.portal.requests.clear()
            self.assertEqual(tc_portal.main(["flush"]), 0)
            self.assertEqual((self.report["run_id"], self.report["status"]), (run_id, status))

    def test_the_process_ends_soon_and_its_report_is_saved_if_the_portal_hangs(self) -> None:
        self.portal.answer = HANG
        process = self.start_script(self.job(before="tc_portal.STOP_SECONDS = 0.5\n"))
        began = time.monotonic()
        self.assertEqual(self.stop(process, "SIGTERM"), -signal.SIGTERM)
        self.assertLess(time.monotonic() - began, 20)
        (saved,) = self.read_saved()
        self.assertIn("SIGTERM", saved["message"])
        self.assertLess(tc_portal.STOP_SECONDS, 5)

    def test_a_second_signal_ends_the_process_at_once(self) -> None:
        self.portal.answer = HANG
        process = self.start_script(self.job(before="tc_portal.STOP_SECONDS = 600\n"))
        process.terminate()
        self.eventually(lambda: self.portal.reports)
        self.assertEqual(self.stop(process, "SIGHUP"), -signal.SIGHUP)
        (saved,) = self.read_saved()
        self.assertIn("SIGTERM", saved["message"])

    def test_a_kill_after_the_signal_loses_nothing(self) -> None:
        self.portal.answer = HANG
        process = self.start_script(self.job())
        process.terminate()
        self.eventually(lambda: self.portal.reports)
        self.assertEqual(self.stop(process, "SIGKILL"), -signal.SIGKILL)
        self.assertEqual(len(self.read_saved()), 1)

    def test_the_report_is_saved_while_the_portal_is_unavailable(self) -> None:
        self.portal.answer = refuse(503, "away")
        process = self.start_script(self.job())
        self.assertEqual(self.stop(process, "SIGTERM"), -signal.SIGTERM)
        self.portal.answer = None
        self.portal.requests.clear()
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertIn("SIGTERM", self.report["message"])

    def test_without_settings_a_signal_just_ends_the_process(self) -> None:
        del os.environ["TC_PORTAL_MONITOR_URL"]
        process = self.start_script(self.job())
        self.assertEqual(self.stop(process, "SIGTERM"), -signal.SIGTERM)
        self.assertEqual(self.portal.requests, [])

    def test_the_first_process_of_a_container_is_told_of_and_goes_on(self) -> None:
        """The system ignores signals at their default there; Docker kills it after ten seconds."""
        unshare = ["unshare", "--pid", "--fork", "--kill-child"]
        if not shutil.which("unshare") or subprocess.call([*unshare, "true"], stderr=subprocess.DEVNULL):
            self.skipTest("needs the right to create a process namespace")
        script = os.path.join(self.folder, "job.py")
        code = "print('ready', flush=True)\nprint(sys.stdin.readline(), flush=True)\n"
        self.start_script("print('ready', flush=True)\n").wait(60)
        with open(script, "a", encoding="utf-8") as file:
            file.write(self.job(code=code))
        words = [*unshare, sys.executable, "-X", "utf8", script]
        process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.addCleanup(self._end, process)
        for _ in range(2):
            self.assertEqual(process.stdout.readline(), b"ready\n")
        with open("/proc/{0}/task/{0}/children".format(process.pid)) as file:
            first = int(file.read())
        os.kill(first, signal.SIGTERM)
        self.eventually(lambda: self.portal.reports)
        self.assertIn("SIGTERM", self.report["message"])
        process.communicate(b"go on\n", timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertEqual([request.body["status"] for request in self.portal.reports], ["error", "success"])


class ByTheEndOfItsProcess(PortalTestCase):
    def run_code(self, code: str) -> int:
        result = self.run_script("import os, sys, threading, time\nfrom tc_portal import *\n" + code)
        self.assertNotIn(b"internal error", result.stderr)
        return result.returncode

    def test_a_run_in_a_daemon_thread_is_an_error(self) -> None:
        code = (
            "inside = threading.Event()\n"
            "def work():\n    with monitor(): inside.set(); time.sleep(60)\n"
            "threading.Thread(target=work, daemon=True).start()\ninside.wait()\nsys.exit(3)\n"
        )
        self.assertEqual(self.run_code(code), 3)
        self.assertEqual(self.report["status"], "error")
        self.assertIn("the process ended during the run", self.report["message"])

    def test_a_run_that_nobody_left_is_an_error(self) -> None:
        self.assertEqual(self.run_code("run = monitor().__enter__()\nrun.message = 'x'\n"), 0)
        self.assertEqual(self.report["status"], "error")
        self.assertEqual(self.report["log"], "x")

    def test_a_generator_that_the_failing_job_left_is_reported_once(self) -> None:
        code = (
            "@monitor()\ndef rows():\n    yield 1\n    yield 2\nkept = rows()\nnext(kept)\nraise ValueError\n"
        )
        self.assertEqual(self.run_code(code), 1)
        self.assertEqual(self.report["status"], "error")

    def test_sys_exit_in_the_run_is_reported_once_with_its_code(self) -> None:
        for form in ("@monitor()\ndef main(): sys.exit(4)\nmain()\n", "with monitor(): sys.exit(4)\n"):
            self.portal.requests.clear()
            self.assertEqual(self.run_code(form), 4)
            self.assertEqual((self.report["status"], self.report["exit_code"]), ("error", 4))

    def test_a_worker_thread_may_have_a_run(self) -> None:
        code = (
            "def work():\n    with monitor(): pass\n"
            "thread = threading.Thread(target=work)\nthread.start()\nthread.join()\n"
        )
        self.assertEqual(self.run_code(code), 0)
        self.assertEqual(self.report["status"], "success")

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_a_forked_child_that_ends_reports_nothing(self) -> None:
        code = (
            "with monitor():\n"
            "    child = os.fork()\n    if child == 0:\n        sys.exit(0)\n    os.waitpid(child, 0)\n"
        )
        self.assertEqual(self.run_code(code), 0)
        self.assertEqual(self.report["status"], "success")
