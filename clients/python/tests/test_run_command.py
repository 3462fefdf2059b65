import codecs
import io
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from datetime import datetime
from unittest import mock

from portal_double import CLOSE, HANG, TC_PORTAL, PortalTestCase, refuse, tc_portal, unused_address

PYTHON = sys.executable
posix_only = unittest.skipIf(os.name == "nt", "POSIX signals")


class WhatItPassesThrough(PortalTestCase):
    def test_it_passes_the_exit_code_through(self) -> None:
        for code in (0, 1, 2, 42, 255):
            with self.subTest(code=code):
                self.assertEqual(
                    self.run_tc_portal(
                        "run", "--", PYTHON, "-c", "import sys; sys.exit({})".format(code)
                    ).returncode,
                    code,
                )
        self.assertEqual([request.body["exit_code"] for request in self.portal.reports], [0, 1, 2, 42, 255])
        self.assertEqual(
            [request.body["status"] for request in self.portal.reports], ["success"] + ["error"] * 4
        )

    def test_it_passes_the_exit_code_through_when_the_portal_is_unavailable(self) -> None:
        os.environ["TC_PORTAL_MONITOR_URL"] = unused_address()
        result = self.run_tc_portal(
            "run", "--", PYTHON, "-c", "print('done'); raise SystemExit(7)", is_impatient=True
        )
        self.assertEqual((result.returncode, result.stdout.strip()), (7, b"done"))
        self.assertEqual(len(self.spool.list_waiting()), 1)

    def test_it_passes_output_through_byte_for_byte(self) -> None:
        result = self.run_tc_portal(
            "run",
            "--",
            PYTHON,
            "-c",
            r"import os; os.write(1, b'\x00\xff\r\n\x83e'); os.write(2, b'to stderr \xe3\x81')",
        )
        self.assertEqual(result.stdout, b"\x00\xff\r\n\x83e")
        self.assertEqual(result.stderr, b"to stderr \xe3\x81")

    def test_it_passes_output_through_while_the_program_runs(self) -> None:
        process = self.start_tc_portal(
            "run", "--", PYTHON, "-c", "print('ready', flush=True); input()", stdin=subprocess.PIPE
        )
        self.assertEqual(process.stdout.readline().strip(), b"ready")
        self.assertIsNone(process.poll())
        self.assertEqual(self.portal.reports, [])
        process.communicate(b"go on\n", timeout=90)
        self.assertEqual(process.returncode, 0)

    def test_it_passes_input_through(self) -> None:
        result = self.run_tc_portal("run", "--", PYTHON, "-c", "print(input()[::-1])", input=b"abc\n")
        self.assertEqual(result.stdout.strip(), b"cba")

    def test_it_passes_the_program_s_own_options_through(self) -> None:
        result = self.run_tc_portal(
            "run",
            "--key",
            "k",
            "--",
            PYTHON,
            "-c",
            "import sys; print(sys.argv[1:])",
            "--key",
            "x",
            "--",
            "-h",
            "二つ",
        )
        self.assertIn("'--key', 'x', '--', '-h', '二つ'", result.stdout.decode("utf-8"))
        self.assertEqual(self.report["job_key"], "k")

    def test_the_two_dashes_are_optional(self) -> None:
        result = self.run_tc_portal("run", "--title", "T", PYTHON, "-c", "print('ok')", "--title", "x")
        self.assertEqual((result.returncode, result.stdout.strip()), (0, b"ok"))
        self.assertEqual(self.report["title"], "T")

    @posix_only
    def test_it_passes_open_files_through(self) -> None:
        reader, writer = os.pipe()
        os.set_inheritable(writer, True)
        self.run_tc_portal(
            "run", "--", PYTHON, "-c", "import os; os.write({}, b'x')".format(writer), close_fds=False
        )
        os.close(writer)
        self.assertEqual(os.read(reader, 10), b"x")
        os.close(reader)

    def test_without_settings_it_only_runs_the_program(self) -> None:
        del os.environ["TC_PORTAL_MONITOR_URL"]
        result = self.run_tc_portal("run", "--", PYTHON, "-c", "print('done'); raise SystemExit(5)")
        self.assertEqual((result.returncode, result.stdout.strip()), (5, b"done"))
        self.assertEqual(result.stderr.count(b"[TC Portal]"), 1)
        self.assertEqual(self.portal.requests, [])

    def test_it_prints_nothing_when_all_is_well(self) -> None:
        self.assertEqual(self.run_tc_portal("run", "--", PYTHON, "-c", "pass").stderr, b"")

    @posix_only
    def test_output_without_a_reader_ends_the_program_as_it_would_alone(self) -> None:
        process = self.start_tc_portal("run", "--", "yes")
        process.stdout.readline()
        process.stdout.close()
        process.stdout = None
        self.assertEqual(process.wait(20), 128 + signal.SIGPIPE)
        self.assertEqual(self.report["exit_code"], 128 + signal.SIGPIPE)

    @posix_only
    def test_a_stderr_without_a_reader_does_not_change_the_exit_code(self) -> None:
        os.environ["TC_PORTAL_MONITOR_URL"] = unused_address()
        reader, writer = os.pipe()
        os.close(reader)
        process = self.start_tc_portal(
            "run", "--", PYTHON, "-c", "raise SystemExit(0)", stderr=writer, is_impatient=True
        )
        os.close(writer)
        self.assertEqual(process.wait(20), 0)

    @posix_only
    def test_it_works_with_closed_standard_streams(self) -> None:
        script = 'exec >&- 2>&- <&-; "$0" "$1" run -- "$0" -c "raise SystemExit(9)"'
        self.assertEqual(subprocess.call(["sh", "-c", script, PYTHON, TC_PORTAL], timeout=90), 9)
        self.assertEqual(self.report["exit_code"], 9)


class WhatItReports(PortalTestCase):
    def test_it_reports_start_outcome_duration_and_log(self) -> None:
        self.run_tc_portal(
            "run",
            "--key",
            "sales",
            "--title",
            "売上",
            "--",
            PYTHON,
            "-c",
            "print('完了'.encode('utf-8').decode('utf-8'))",
            env=dict(os.environ, PYTHONIOENCODING="utf-8"),
        )
        (start,) = self.portal.starts
        self.assertEqual(start.body["run_id"], self.report["run_id"])
        self.assertEqual(start.body["job_key"], "sales")
        self.assertEqual((self.report["job_key"], self.report["title"]), ("sales", "売上"))
        self.assertEqual(self.report["log"].strip(), "完了")
        self.assertGreater(self.report["duration_ms"], 0)
        self.assertNotIn("message", self.report)

    def test_the_message_of_a_failure_has_the_last_line_of_stderr(self) -> None:
        self.run_tc_portal(
            "run",
            "--",
            PYTHON,
            "-c",
            "print('processing'); raise ValueError('no column 金額')",
            env=dict(os.environ, PYTHONIOENCODING="utf-8"),
        )
        self.assertEqual(self.report["message"], "終了コード 1 (exit code 1): ValueError: no column 金額")
        self.assertIn("Traceback", self.report["log"])
        self.assertIn("processing", self.report["log"])

    def test_output_in_cp932_is_understood(self) -> None:
        code = (
            "import os\n"
            "os.write(1, '処理を開始\\n'.encode('cp932'))\n"
            "os.write(2, '失敗しました\\n'.encode('cp932'))\n"
            "os.write(1, '終了\\n'.encode('utf-8'))\n"
            "os._exit(1)\n"
        )
        result = self.run_tc_portal("run", "--", PYTHON, "-c", code)
        self.assertIn("処理を開始".encode("cp932"), result.stdout)
        self.assertEqual(sorted(self.report["log"].split()), sorted(["処理を開始", "失敗しました", "終了"]))
        self.assertIn("失敗しました", self.report["message"])

    def test_output_that_is_not_text_is_replaced(self) -> None:
        self.run_tc_portal("run", "--", PYTHON, "-c", r"import os; os.write(1, b'ok \x83\n')")
        self.assertIn("\ufffd", self.report["log"])

    def test_lines_of_both_streams_are_not_torn(self) -> None:
        code = (
            "import os\n"
            "os.write(1, '左'.encode()[:2])\n"
            "os.write(2, b'err\\n')\n"
            "os.write(1, '左'.encode()[2:] + b'\\n')\n"
        )
        self.run_tc_portal("run", "--", PYTHON, "-c", code)
        self.assertEqual(sorted(self.report["log"].split()), ["err", "左"])

    def test_the_output_can_be_kept_out_of_the_report(self) -> None:
        result = self.run_tc_portal(
            "run", "--no-log", "--", PYTHON, "-c", "print('private'); raise SystemExit(2)"
        )
        self.assertEqual((result.returncode, result.stdout.strip()), (2, b"private"))
        self.assertNotIn("log", self.report)
        self.assertEqual(self.report["message"], "終了コード 2 (exit code 2)")

    def test_a_command_that_does_not_exist_is_127_and_an_error(self) -> None:
        result = self.run_tc_portal("run", "--", "no-such-command-here")
        self.assertEqual(result.returncode, 127)
        self.assertEqual((self.report["status"], self.report["exit_code"]), ("error", 127))
        self.assertIn("no-such-command-here", self.report["message"])
        self.assertIn(b"no-such-command-here", result.stderr)

    @posix_only
    def test_a_file_that_cannot_be_executed_is_126(self) -> None:
        script = os.path.join(self.folder, "script.sh")
        open(script, "w").close()
        self.assertEqual(self.run_tc_portal("run", "--", script).returncode, 126)
        self.assertEqual(self.report["exit_code"], 126)

    @unittest.skipUnless(os.path.exists("/proc/self/status"), "needs /proc")
    def test_fifty_megabytes_of_output_pass_through_in_little_memory(self) -> None:
        code = (
            "import sys\n"
            "for i in range(50): sys.stdout.write(('%07d ' % i + 'x' * 91 + '\\n') * 10_000)\n"
            "print('the end')\n"
        )
        measure = (
            "import sys; sys.path.insert(0, {!r}); import tc_portal; "
            "tc_portal.main(['run', '--', sys.executable, '-c', {!r}]); "
            "print(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0], file=sys.stderr)"
        ).format(os.path.dirname(TC_PORTAL), code)
        process = subprocess.Popen([PYTHON, "-c", measure], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self._end, process)
        assert process.stdout and process.stderr
        output = process.stdout.fileno()
        passed_bytes = sum(len(chunk) for chunk in iter(lambda: os.read(output, 1 << 16), b""))
        self.assertEqual(passed_bytes, 50 * 10_000 * 100 + len("the end\n"))
        # Not ru_maxrss, which includes the memory of this test before it became the other program.
        self.assertLess(int(process.stderr.read()), 80_000)
        log = self.report["log"]
        self.assertLess(len(self.portal.reports[0].raw), 900_000)
        self.assertTrue(log.startswith("0000000 xxx") and log.endswith("the end\n"))
        head, _, rest = log.partition("\n… ")
        notice, _, tail = rest.partition(" …\n")
        cut_bytes = passed_bytes - len(head) - len(tail)
        self.assertEqual(notice, "{0:,} バイトを省略しました ({0:,} bytes omitted)".format(cut_bytes))
        self.assertTrue(all(len(line) == 99 for line in (head.rstrip("\n") + "\n" + tail).splitlines()[:-1]))

    def test_endless_output_without_a_newline_is_bounded_too(self) -> None:
        log = tc_portal.OutputLog()
        tee = tc_portal.Tee(0, lambda _data: None, log, 0)
        for _ in range(100):
            tee._collect(b"." * 60_000)
        self.assertLess(len(tee._line), 200_000)
        self.assertLess(len(log._head) + len(log._tail), 1_000_000)

    def test_a_start_that_cannot_be_reported_changes_nothing(self) -> None:
        for answer in (CLOSE, refuse(503, "away"), refuse(404, "not found")):
            self.portal.start_answer = answer
            result = self.run_tc_portal("run", "--", PYTHON, "-c", "pass")
            self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertEqual(len(self.portal.reports), 3)

    def test_the_program_does_not_wait_for_its_start_to_be_reported(self) -> None:
        self.portal.start_answer = HANG
        process = self.start_tc_portal(
            "run",
            "--",
            PYTHON,
            "-c",
            "print('running', flush=True); input()",
            is_impatient=True,
            stdin=subprocess.PIPE,
        )
        self.assertEqual(process.stdout.readline().strip(), b"running")
        self.eventually(lambda: self.portal.starts)
        process.communicate(b"\n", timeout=90)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(self.report["status"], "success")


@posix_only
class HowAProgramEnds(PortalTestCase):
    """Exit code, message, log and duration are those of the program itself, whatever it leaves behind."""

    # What keeps a child in the background until the test lets it end.
    LINGER = '(while [ -e "$1" ]; do sleep 0.05; done{}) & '

    def setUp(self) -> None:
        super().setUp()
        self.lingers = os.path.join(self.folder, "lingers")
        open(self.lingers, "w").close()
        self.addCleanup(lambda: os.path.exists(self.lingers) and os.remove(self.lingers))

    def run_shell(self, script: str, *options: str) -> "subprocess.Popen[bytes]":
        """Runs it and waits for the end of tc_portal.py, but not for that of the output."""
        words = ["run", *options, "--", "sh", "-c", script, "sh", self.lingers]
        process = self.start_tc_portal(*words)
        process.wait(60)
        return process

    def test_every_way_to_end(self) -> None:
        linger = self.LINGER.format("")
        print_late = self.LINGER.format("; echo late; echo late >&2")
        daemon = 'setsid sh -c \'(while [ -e "$1" ]; do sleep 0.05; done) &\' sh "$1"; '
        for name, script, exit_code, message, log in (
            ("normally", "echo a", 0, None, "a\n"),
            ("with a code", "echo a; echo b >&2; exit 3", 3, "終了コード 3 (exit code 3): b", "a b"),
            ("without a line break", "printf a; exit 3", 3, "終了コード 3 (exit code 3): a", "a"),
            ("without output", "exit 3", 3, "終了コード 3 (exit code 3)", None),
            ("with closed output", "exec >&- 2>&-; exit 3", 3, "終了コード 3 (exit code 3)", None),
            (
                "with output closed after a line",
                "echo a; exec >&- 2>&-; exit 3",
                3,
                "終了コード 3 (exit code 3): a",
                "a\n",
            ),
            (
                "by SIGTERM",
                "echo a; kill -TERM $$",
                143,
                "シグナル SIGTERM で終了しました (ended by SIGTERM)",
                "a\n",
            ),
            (
                "by SIGKILL",
                "echo a; kill -KILL $$",
                137,
                "シグナル SIGKILL で終了しました (ended by SIGKILL)",
                "a\n",
            ),
            ("by SIGSEGV", "kill -SEGV $$", 139, "シグナル SIGSEGV で終了しました (ended by SIGSEGV)", None),
            ("by a realtime signal", "kill -40 $$", 168, "シグナル 40 で終了しました (ended by 40)", None),
            (
                "with a child in the background",
                linger + "echo a; exit 3",
                3,
                "終了コード 3 (exit code 3): a",
                "a\n",
            ),
            (
                "with a child that prints later",
                print_late + "echo a; exit 3",
                3,
                "終了コード 3 (exit code 3): a",
                "a\n",
            ),
            ("with a child of a success", print_late + "echo a", 0, None, "a\n"),
            ("with a daemon", daemon + "echo a; exit 3", 3, "終了コード 3 (exit code 3): a", "a\n"),
            (
                "with a child, by a signal",
                linger + "echo a; kill -KILL $$",
                137,
                "シグナル SIGKILL で終了しました (ended by SIGKILL)",
                "a\n",
            ),
            (
                "with a filter that ends later",
                "{ echo a; sleep 0.1; echo b; } & exit 3",
                3,
                "終了コード 3 (exit code 3): b",
                "a b",
            ),
            (
                "with colors",
                "printf '\\033[31mred\\033[0m\\n' >&2; exit 3",
                3,
                "終了コード 3 (exit code 3): red",
                "red",
            ),
            (
                "with a progress bar",
                "printf '1%%\\r2%%\\rfailed'; exit 3",
                3,
                "終了コード 3 (exit code 3): failed",
                "failed",
            ),
            (
                "within a character",
                "printf '失敗\\345\\244' >&2; exit 3",
                3,
                "終了コード 3 (exit code 3): 失敗\ufffd",
                "失敗\ufffd",
            ),
        ):
            with self.subTest(ends=name):
                self.portal.requests.clear()
                open(self.lingers, "w").close()
                process = self.run_shell(script)
                os.remove(self.lingers)
                self.assertEqual(process.returncode, exit_code)
                self.assertEqual(self.report["exit_code"], exit_code)
                self.assertEqual(self.report["status"], "success" if exit_code == 0 else "error")
                self.assertEqual(self.report.get("message"), message)
                if log is None:
                    self.assertNotIn("log", self.report)
                else:
                    for part in log.split():
                        self.assertIn(part, self.report["log"])
                    self.assertNotIn("late", self.report["log"])
                self.assertLess(self.report["duration_ms"], 10_000)

    def test_without_its_output_the_same(self) -> None:
        process = self.run_shell(self.LINGER.format("") + "exit 3", "--no-log")
        self.assertEqual((process.returncode, self.report["exit_code"]), (3, 3))

    def test_the_duration_and_the_end_are_those_of_the_program(self) -> None:
        """Not those of what it left behind, nor of our own waiting."""
        with mock.patch.object(tc_portal, "OUTPUT_DRAIN_SECONDS", 3.0), mock.patch.object(
            sys, "stdout", None
        ):
            began = time.time()
            script = self.LINGER.format("") + "exit 0"
            self.assertEqual(tc_portal.run_program(["sh", "-c", script, "sh", self.lingers]), 0)
            self.assertGreater(time.time() - began, 3)
        self.assertLess(self.report["duration_ms"], 2_500)
        finished_at = datetime.fromisoformat(self.report["finished_at"]).timestamp()
        self.assertLess(finished_at - began, 2.5)

    def test_what_the_program_leaves_behind_may_print_as_without_us(self) -> None:
        process = self.run_shell(self.LINGER.format("; echo late; echo done >&2") + "echo a; exit 3")
        os.remove(self.lingers)
        self.assertEqual(process.stdout.read(), b"a\nlate\n")
        self.assertEqual(process.stderr.read(), b"done\n")

    def test_all_output_before_the_end_counts_however_much_waits_in_the_pipe(self) -> None:
        script = self.LINGER.format("") + "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo the end; exit 3"
        process = self.start_tc_portal("run", "--", "sh", "-c", script, "sh", self.lingers)
        output = process.stdout.fileno()
        read_bytes = 0
        while read_bytes < 3_000_009:
            read_bytes += len(os.read(output, 65_536))
        self.assertEqual(process.wait(60), 3)
        self.assertEqual(self.report["message"], "終了コード 3 (exit code 3): the end")
        self.assertTrue(self.report["log"].endswith("the end\n"))

    def test_the_last_line_counts_although_others_print_at_the_same_time(self) -> None:
        flood = '(while [ -e "$1" ]; do echo flood; done) & sleep 0.2; echo the end >&2; exit 3'
        process = self.start_tc_portal(
            "run", "--", "sh", "-c", flood, "sh", self.lingers, stdout=subprocess.DEVNULL
        )
        self.assertEqual(process.wait(60), 3)
        os.remove(self.lingers)
        self.assertEqual(self.report["message"], "終了コード 3 (exit code 3): the end")
        self.assertLess(self.report["duration_ms"], 10_000)

    def test_the_exit_code_is_known_although_our_parent_ignores_its_children(self) -> None:
        program = (
            "import signal, sys; sys.exit(3 if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN else 4)"
        )
        process = self.start_tc_portal(
            "run",
            "--",
            PYTHON,
            "-c",
            program,
            preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN),
        )
        self.assertEqual(process.wait(60), 3)
        self.assertEqual(self.report["exit_code"], 3)

    def test_a_slip_in_our_own_arguments_does_not_stop_the_program(self) -> None:
        for words in (
            ["--timeout-seconds", "1h", "--"],
            ["--timeout-seconds", "nan", "--"],
            ["--timeout-seconds", "-1", "--"],
            ["--timeout-seconds=inf", "--"],
            ["--timeout-seconds", "1e300", "--"],
            ["--timout-seconds", "60", "--"],
            ["--verbose", "--key", "k", "--"],
            ["--key", "-k", "--title", "--t", "--"],
        ):
            with self.subTest(words=words):
                self.portal.requests.clear()
                result = self.run_tc_portal("run", *words, PYTHON, "-c", "print('done'); raise SystemExit(5)")
                self.assertEqual((result.returncode, result.stdout), (5, b"done\n"), result.stderr)
                self.assertEqual(self.report["exit_code"], 5)
                if words[0] != "--key" and words[1] != "1e300":
                    self.assertIn(b"[TC Portal]", result.stderr)

    def test_a_program_runs_although_no_pipe_or_thread_can_be_made(self) -> None:
        for error in (OSError(24, "Too many open files"), RuntimeError("can't start new thread")):
            self.portal.requests.clear()
            with mock.patch.object(tc_portal.Tee, "start", side_effect=error):
                self.assertEqual(tc_portal.run_program([PYTHON, "-c", "raise SystemExit(4)"]), 4)
            self.assertEqual(self.report["exit_code"], 4)


@posix_only
class WithSignals(PortalTestCase):
    def test_a_program_ended_by_a_signal_gives_128_and_its_number(self) -> None:
        result = self.run_tc_portal(
            "run", "--", PYTHON, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
        )
        self.assertEqual(result.returncode, 137)
        self.assertEqual((self.report["status"], self.report["exit_code"]), ("error", 137))
        self.assertIn("SIGKILL", self.report["message"])

    def test_it_forwards_signals_and_the_program_decides(self) -> None:
        code = (
            "import signal, sys\n"
            "def stop(number, frame): print('cleaning up'); sys.exit(30 + number)\n"
            "signal.signal(signal.{0}, stop)\n"
            "print('ready', flush=True)\n"
            "while True: signal.pause()\n"
        )
        for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"):
            with self.subTest(signal=name):
                process = self.start_tc_portal(
                    "run", "--", PYTHON, "-c", code.format(name), start_new_session=True
                )
                self.assertEqual(process.stdout.readline().strip(), b"ready")
                process.send_signal(getattr(signal, name))
                output, _ = process.communicate(timeout=90)
                self.assertEqual(process.returncode, 30 + getattr(signal, name))
                self.assertEqual(output.strip(), b"cleaning up")
        self.assertEqual(len(self.portal.reports), 4)

    def test_a_program_that_does_not_catch_sigterm_gives_143(self) -> None:
        process = self.start_tc_portal(
            "run", "--", PYTHON, "-c", "import signal; print('ready', flush=True); signal.pause()"
        )
        process.stdout.readline()
        process.terminate()
        self.assertEqual(process.wait(20), 143)
        self.assertEqual(self.report["exit_code"], 143)
        self.assertIn("SIGTERM", self.report["message"])

    def test_signals_that_were_ignored_stay_ignored(self) -> None:
        code = "import signal; print(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN)"
        result = subprocess.run(
            ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", PYTHON, TC_PORTAL, "run", "--", PYTHON, "-c", code],
            stdout=subprocess.PIPE,
            timeout=90,
        )
        self.assertEqual(result.stdout.strip(), b"True")

    def test_ctrl_c_in_a_terminal_reaches_the_program_once(self) -> None:
        import pty
        import termios

        code = (
            "import signal\n"
            "count = 0\n"
            "def interrupt(number, frame):\n"
            "    global count\n"
            "    count += 1\n"
            "    print('interrupted', flush=True)\n"
            "signal.signal(signal.SIGINT, interrupt)\n"
            "print('ready')\n"
            "input()\n"
            "print('count', count)\n"
        )
        child, terminal = pty.fork()
        if child == 0:
            os.execv(PYTHON, [PYTHON, TC_PORTAL, "run", "--", PYTHON, "-c", code])
        # Otherwise Ctrl-C throws away what the program prints at the same time.
        attributes = termios.tcgetattr(terminal)
        attributes[3] |= termios.NOFLSH
        termios.tcsetattr(terminal, termios.TCSANOW, attributes)
        shown = b""

        def read_until(text: bytes) -> None:
            nonlocal shown
            while text not in shown:
                shown += os.read(terminal, 1024)

        read_until(b"ready")
        os.write(terminal, b"\x03")
        read_until(b"interrupted")
        os.write(terminal, b"\n")
        read_until(b"count 1")
        _, status = os.waitpid(child, 0)
        os.close(terminal)
        self.assertEqual(status, 0)
        self.assertEqual(self.report["status"], "success")

    def test_it_stops_a_program_and_what_it_started_after_the_time_given(self) -> None:
        pid_file = os.path.join(self.folder, "pid")
        began = time.monotonic()
        result = self.run_tc_portal(
            "run",
            "--timeout-seconds",
            "2",
            "--",
            "sh",
            "-c",
            'sleep 60 & echo $! > "$0"; wait',
            pid_file,
            start_new_session=True,
        )
        self.assertEqual(result.returncode, 124)
        self.assertLess(time.monotonic() - began, 40)
        self.assertEqual((self.report["status"], self.report["exit_code"]), ("error", 124))
        self.assertIn("制限時間 2 秒", self.report["message"])
        with open(pid_file) as file:
            grandchild = int(file.read())
        self.eventually(lambda: not _is_running(grandchild))

    def test_a_program_that_will_not_stop_is_killed(self) -> None:
        with mock.patch.object(tc_portal, "STOP_GRACE_SECONDS", 0.2):
            code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
            self.assertEqual(tc_portal.run_program([PYTHON, "-c", code], timeout_seconds=0.5), 124)

    def test_a_background_process_that_continues_printing_is_not_waited_for(self) -> None:
        goes_on = os.path.join(self.folder, "goes on")
        open(goes_on, "w").close()
        script = '(for i in $(seq 1200); do [ -e "$0" ] || exit; sleep 0.05; echo x || exit; done) & exit 0'
        began = time.monotonic()
        with mock.patch.object(tc_portal, "OUTPUT_DRAIN_SECONDS", 0.3), mock.patch.object(
            sys, "stdout", None
        ):
            exit_code = tc_portal.run_program(["sh", "-c", script, goes_on])
        self.assertLess(time.monotonic() - began, 30)
        os.remove(goes_on)
        self.assertEqual(exit_code, 0)
        self.assertEqual(self.report["status"], "success")


def _is_running(process_id: int) -> bool:
    try:
        with open("/proc/{}/stat".format(process_id)) as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        pass
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return not os.path.exists("/proc/self")


class OnWindows(PortalTestCase):
    """The differences on Windows, as far as they can be tested on other systems."""

    def test_a_code_of_32_bits_keeps_its_bits(self) -> None:
        with mock.patch.object(tc_portal, "_IS_WINDOWS", True):
            self.assertEqual(tc_portal._shell_exit_code(0xC0000005), -1073741819)
            self.assertEqual(tc_portal._shell_exit_code(3), 3)

    def test_a_console_gets_text_whichever_encoding_the_program_uses(self) -> None:
        for encoding in ("utf-8", "cp932"):
            console = io.StringIO()
            writer = tc_portal.ConsoleWriter(console)
            for byte in "処理完了 100%\n終わり\n".encode(encoding):
                writer.write(bytes([byte]))
            self.assertEqual(console.getvalue(), "処理完了 100%\n終わり\n")
        self.assertEqual(codecs.lookup("cp932").name, "cp932")

    def test_a_python_program_may_print_any_character_as_on_a_console(self) -> None:
        with mock.patch.object(tc_portal, "_IS_WINDOWS", True), mock.patch.object(sys, "stdout") as stdout:
            stdout.isatty.return_value = True
            self.assertEqual(tc_portal._child_environment()["PYTHONIOENCODING"], "utf-8")
            stdout.isatty.return_value = False
            self.assertNotIn("PYTHONIOENCODING", tc_portal._child_environment())

    def test_a_batch_file_is_found_as_at_a_prompt(self) -> None:
        with mock.patch.object(tc_portal, "_IS_WINDOWS", True), mock.patch(
            "shutil.which", return_value="C:\\x\\npm.cmd"
        ):
            self.assertEqual(tc_portal._resolve_command(["npm", "test"]), ["C:\\x\\npm.cmd", "test"])

    def test_ctrl_c_is_left_to_the_console(self) -> None:
        with mock.patch.object(tc_portal, "_IS_WINDOWS", True):
            self.assertTrue(tc_portal._has_terminal_sent(signal.SIGINT))
            self.assertFalse(tc_portal._has_terminal_sent(signal.SIGTERM))

    def test_without_any_console_the_program_gets_none_either(self) -> None:
        with mock.patch.object(sys, "stdout", None), mock.patch.object(
            subprocess, "CREATE_NO_WINDOW", 0x08000000, create=True
        ):
            self.assertEqual(tc_portal._creation_flags(), 0x08000000)


class InThisProcess(PortalTestCase):
    def test_it_works_with_other_threads(self) -> None:
        results = []
        thread = threading.Thread(
            target=lambda: results.append(tc_portal.run_program([PYTHON, "-c", "raise SystemExit(4)"]))
        )
        thread.start()
        thread.join(20)
        self.assertEqual(results, [4])
