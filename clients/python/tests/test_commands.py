import io
import os
import subprocess
import sys
from unittest import mock

from portal_double import SECRET, TC_PORTAL, Answer, PortalTestCase, refuse, tc_portal, unused_address


class TheReportCommand(PortalTestCase):
    def test_it_reports_an_outcome(self) -> None:
        result = self.run_tc_portal(
            "report", "error", "--message", "失敗", "--key", "sales", "--exit-code", "3", "--run-id", "r1"
        )
        self.assertEqual(result.returncode, 0)
        self.assertEqual(self.report["status"], "error")
        self.assertEqual(self.report["message"], "失敗")
        self.assertEqual(
            (self.report["job_key"], self.report["exit_code"], self.report["run_id"]), ("sales", 3, "r1")
        )

    def test_a_script_that_stops_at_the_first_failure_continues_when_the_portal_is_unavailable(self) -> None:
        self.portal.answer = refuse(503, "away", Retry_After="60")
        self.assertEqual(tc_portal.main(["report", "success"]), 0)
        self.assertEqual(len(self.spool.list_waiting()), 1)

    def test_a_slip_in_its_arguments_does_not_cost_the_outcome(self) -> None:
        for words, expected in (
            (["ok"], {"status": "success"}),
            (["Failed"], {"status": "error"}),
            (["sucess"], {"status": "error"}),
            (["error", "--message", "-5 rows"], {"message": "-5 rows"}),
            (["error", "--message", "--x"], {"message": "--x"}),
            (["error", "--message"], {"status": "error"}),
            (["error", "--exit-code", "many"], {"status": "error"}),
            (["error", "--exit-code", "-1"], {"exit_code": -1}),
            (["error", "--mesage", "typo", "--key=k"], {"job_key": "k"}),
            (["error", "--message", "two", "words"], {"message": "two"}),
        ):
            with self.subTest(words=words):
                self.portal.requests.clear()
                result = self.run_tc_portal("report", *words)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual({name: self.report.get(name) for name in expected}, expected)
                self.assertIn(b"[TC Portal]", result.stderr)

    def test_arguments_need_not_have_the_encoding_of_the_locale(self) -> None:
        environment = dict(os.environb, LC_ALL="POSIX", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
        for encoding in ("utf-8", "cp932"):
            self.portal.requests.clear()
            words = ["report", "error", "--message", "失敗しました".encode(encoding)]
            subprocess.run(
                [sys.executable, TC_PORTAL, *words], env=environment, timeout=90, stderr=subprocess.PIPE
            )
            self.assertEqual(self.report["message"], "失敗しました")

    def test_a_report_without_a_status_is_a_usage_error(self) -> None:
        self.assertEqual(self.run_tc_portal("report").returncode, 2)
        self.assertEqual(self.portal.requests, [])

    def test_it_can_be_used_as_a_module(self) -> None:
        result = subprocess.run(
            [sys.executable, "-m", "tc_portal", "report", "success"],
            cwd=os.path.dirname(TC_PORTAL),
            timeout=90,
            stderr=subprocess.PIPE,
        )
        self.assertEqual(result.returncode, 0)
        self.assertEqual(self.report["status"], "success")


class TheFlushCommand(PortalTestCase):
    def test_it_says_when_no_report_is_unsent(self) -> None:
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertIn("no unsent reports", self.said)

    def test_it_says_how_many_are_still_unsent_and_why(self) -> None:
        self.fill_spool(3)
        os.environ["TC_PORTAL_WEBHOOK_SECRET"] = "the-old-secret"
        self.assertEqual(tc_portal.main(["flush"]), 1)
        self.assertIn("3 件残っています", self.said)
        self.assertIn("HTTP 401", self.said)

    def test_it_skips_when_unset(self) -> None:
        del os.environ["TC_PORTAL_MONITOR_URL"]
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual(self.said.count("\n"), 1)


class TheTestCommand(PortalTestCase):
    def test_it_shows_the_portal_s_real_response_and_the_settings_but_never_the_secret(self) -> None:
        os.environ["https_proxy"] = os.environ["http_proxy"] = "http://user:password@127.0.0.1:{}".format(
            self.portal.url.split(":")[2].split("/")[0]
        )
        result = self.run_tc_portal("test")
        shown = result.stderr.decode("utf-8", "replace")
        self.assertEqual(result.returncode, 0, shown)
        for part in (
            "HTTP 200",
            '"success": true',
            "minpaku-in-report",
            self.portal.url,
            self.spool_base,
            "設定済み",
        ):
            self.assertIn(part, shown)
        self.assertNotIn(SECRET, shown)
        self.assertNotIn("password", shown)
        self.assertTrue(all(line.startswith("[TC Portal] ") for line in shown.splitlines()))

    def test_it_does_not_change_the_job_s_own_status(self) -> None:
        tc_portal.main(["test"])
        self.assertEqual((self.report["job_key"], self.report["title"]), ("test-job", "テストジョブ"))

    def test_it_shows_what_is_wrong(self) -> None:
        self.portal.answer = refuse(500, "Server configuration error")
        self.assertEqual(tc_portal.main(["test"]), 1)
        self.assertIn("HTTP 500 Server configuration error", self.said)
        self.assertEqual(self.list_spool(), [])

    def test_it_shows_a_page_that_is_not_the_portal_s(self) -> None:
        self.portal.answer = Answer(200, "<h1>ログイン</h1>".encode("utf-8"))
        self.assertEqual(tc_portal.main(["test"]), 1)
        self.assertIn("<h1>ログイン</h1>", self.said)

    def test_it_shows_that_there_is_no_response(self) -> None:
        os.environ["TC_PORTAL_MONITOR_URL"] = unused_address()
        self.assertEqual(tc_portal.main(["test"]), 1)
        self.assertIn("refused", self.said)

    def test_it_fails_and_says_what_is_missing_when_unset(self) -> None:
        del os.environ["TC_PORTAL_WEBHOOK_SECRET"]
        self.assertEqual(tc_portal.main(["test"]), 1)
        self.assertIn("TC_PORTAL_WEBHOOK_SECRET = 未設定", self.said)


class ThePlaceItRunsIn(PortalTestCase):
    def test_without_arguments_it_shows_the_manual(self) -> None:
        with mock.patch.object(sys, "stdout", io.StringIO()) as shown:
            self.assertEqual(tc_portal.main([]), 2)
        self.assertIn("環境変数", shown.getvalue())

    def test_run_without_a_program_is_a_usage_error(self) -> None:
        for words in (["run"], ["run", "--"], ["run", "--key", "k"]):
            with self.assertRaises(SystemExit) as caught:
                tc_portal.main(words)
            self.assertEqual(caught.exception.code, 2)

    def test_it_works_on_a_terminal_that_cannot_show_japanese(self) -> None:
        environment = dict(os.environ, PYTHONIOENCODING="ascii:strict")
        self.assertEqual(self.run_tc_portal("--help", env=environment).returncode, 0)
        self.assertEqual(self.run_tc_portal("report", "success", env=environment).returncode, 0)
        self.assertEqual(len(self.portal.reports), 1)

    def test_a_file_named_like_a_standard_module_next_to_it_is_not_imported(self) -> None:
        with open(os.path.join(self.folder, "email.py"), "w") as file:
            file.write("raise RuntimeError('the job has a file of this name')\n")
        self.run_script("")
        result = subprocess.run(
            [sys.executable, os.path.join(self.folder, "tc_portal.py"), "report", "success"],
            timeout=90,
            stderr=subprocess.PIPE,
        )
        self.assertEqual(result.returncode, 0)
        self.assertEqual(self.report["status"], "success", result.stderr)
