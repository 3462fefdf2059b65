import os
import time
from unittest import mock

from portal_double import (
    CLOSE,
    HANG,
    SECRET,
    TRICKLE,
    Answer,
    PortalDouble,
    PortalTestCase,
    refuse,
    tc_portal,
    unused_address,
)

from tc_portal import report_job_status


class WhenThePortalRefuses(PortalTestCase):
    def test_a_refused_report_is_announced_and_saved_for_the_command_flush(self) -> None:
        self.portal.answer = refuse(400, "job_key is required")
        report_job_status("success")
        self.assertIn("HTTP 400 job_key is required", self.said)
        self.portal.answer = None
        self.portal.requests.clear()
        report_job_status("success", job_key="another-job")
        self.assertEqual(self.report["job_key"], "another-job")
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual(self.portal.reports[1].body["job_key"], "minpaku-in-report")
        self.assertEqual(self.list_spool(), [])

    def test_a_report_that_is_too_large_arrives_without_its_log(self) -> None:
        for answer in (refuse(413, "the limit is 1048576 bytes"), Answer(413, b"<html>nginx</html>")):
            self.portal.requests.clear()
            self.portal.answer = lambda request: answer if "log" in request.body else None
            report_job_status("error", "boom", log="x", exit_code=3)
            first, second = [request.body for request in self.portal.reports]
            self.assertEqual(first.pop("log"), "x")
            self.assertEqual(second, first)
            self.assertIn("HTTP 413", self.said)

    def test_a_page_with_status_400_is_not_a_refusal_by_the_portal(self) -> None:
        # As nginx answers a plain request to its port for HTTPS.
        self.portal.answer = Answer(400, b"<html>The plain HTTP request was sent to HTTPS port</html>")
        report_job_status("error", "boom", log="x")
        self.assertEqual(len(self.portal.reports), 1)
        self.assertEqual([saved["message"] for saved in self.read_saved()], ["boom"])

    def test_only_the_optional_field_that_the_portal_names_is_omitted(self) -> None:
        self.portal.next_answers = [refuse(400, "schedule.expression is not a cron expression")]
        report_job_status("error", "boom", log="x", schedule={"type": "cron", "expression": "daily"})
        first, second = [request.body for request in self.portal.reports]
        self.assertEqual(first.pop("schedule"), {"type": "cron", "expression": "daily"})
        self.assertEqual(second, first)
        self.assertIn("schedule.expression is not a cron expression", self.said)

    def test_fields_that_the_portal_names_one_after_the_other_are_all_that_is_omitted(self) -> None:
        self.portal.next_answers = [
            refuse(400, "{} is wrong".format(name)) for name in ("schedule.timezone", "exit_code", "host")
        ]
        report_job_status("error", "boom", log="x", exit_code=3, schedule={"type": "cron"})
        first, *_, last = [request.body for request in self.portal.reports]
        self.assertEqual(set(first) - set(last), {"schedule", "exit_code", "host"})

    def test_an_outcome_arrives_although_its_optional_fields_are_refused(self) -> None:
        self.portal.next_answers = [refuse(400, "host is odd"), refuse(400, "something else is wrong")]
        report_job_status("error", "boom", log="x")
        first, _, third = [request.body for request in self.portal.reports]
        self.assertEqual(set(third), {"job_key", "title", "status", "finished_at", "message"})
        self.assertEqual(third["finished_at"], first["finished_at"])

    def test_a_report_with_a_wrong_secret_is_saved_until_the_secret_is_right(self) -> None:
        os.environ["TC_PORTAL_WEBHOOK_SECRET"] = "the-old-secret"
        report_job_status("success")
        self.assertEqual(len(self.portal.reports), 1)
        self.assertEqual(len(self.list_spool()), 1)
        self.assertIn("HTTP 401 Invalid or missing webhook secret", self.said)


class WhenThePortalIsAway(PortalTestCase):
    def assert_kept(self) -> None:
        self.assertEqual(len(self.spool.list_waiting()), 1, self.said)
        self.assertEqual(self.said.count("\n"), 1)

    def test_it_saves_the_report_when_the_connection_is_refused(self) -> None:
        os.environ["TC_PORTAL_MONITOR_URL"] = unused_address()
        report_job_status("success")
        self.assert_kept()

    def test_it_saves_the_report_when_the_name_is_unknown(self) -> None:
        os.environ["TC_PORTAL_MONITOR_URL"] = "http://portal.invalid/api/monitor/job-report"
        report_job_status("success")
        self.assert_kept()

    def test_it_saves_the_report_when_the_portal_hangs(self) -> None:
        os.environ["TC_PORTAL_TIMEOUT_SECONDS"] = "0.3"
        self.portal.answer = HANG
        began = time.monotonic()
        report_job_status("success")
        self.assertLess(time.monotonic() - began, 15)
        self.assert_kept()

    def test_it_does_not_wait_for_a_portal_that_responds_byte_by_byte(self) -> None:
        os.environ["TC_PORTAL_TIMEOUT_SECONDS"] = "0.5"
        self.portal.answer = TRICKLE
        began = time.monotonic()
        report_job_status("success")
        self.assertLess(time.monotonic() - began, 15)
        self.assert_kept()

    def test_it_saves_the_report_when_the_connection_is_closed(self) -> None:
        self.portal.answer = CLOSE
        report_job_status("success")
        self.assert_kept()

    def test_it_saves_the_report_on_5xx_and_429_and_on_a_wrong_url(self) -> None:
        for status in (500, 502, 503, 504, 429, 404, 403, 405):
            with self.subTest(status=status):
                self.portal.answer = refuse(status, "try again")
                report_job_status("success")
                self.forget_that_the_portal_was_away()
        self.assertEqual(len(self.spool.list_waiting()), 8)

    def test_a_sign_in_page_with_status_200_is_not_the_portal(self) -> None:
        self.portal.answer = Answer(200, b"<html>please sign in</html>", {"Content-Type": "text/html"})
        report_job_status("success")
        self.assert_kept()

    def test_it_tries_twice_before_it_gives_up(self) -> None:
        self.portal.next_answers = [refuse(503, "away")]
        report_job_status("success")
        first, second = self.portal.reports
        self.assertEqual(first.body, second.body)
        self.assertIn("報告成功", self.said)
        self.assertEqual(self.list_spool(), [])

    def test_it_does_not_try_again_before_retry_after(self) -> None:
        self.portal.answer = refuse(429, "too many", Retry_After="30")
        report_job_status("success")
        self.assertEqual(len(self.portal.reports), 1)

    def test_a_loop_of_reports_does_not_wait_for_each(self) -> None:
        os.environ["TC_PORTAL_TIMEOUT_SECONDS"] = "0.5"
        self.portal.answer = HANG
        began = time.monotonic()
        for _ in range(60):
            report_job_status("success")
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(len(self.spool.list_waiting()), 60)
        self.assertEqual(self.said.count("\n"), 1)

    def test_a_report_interrupted_by_ctrl_c_is_saved(self) -> None:
        with mock.patch.object(tc_portal, "_post_within", side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                report_job_status("success")
        self.assertEqual(len(self.spool.list_waiting()), 1)

    def test_it_says_so_when_the_report_can_be_neither_sent_nor_saved(self) -> None:
        blocking_file = os.path.join(self.folder, "file")
        open(blocking_file, "w").close()
        os.environ["TC_PORTAL_SPOOL_DIR"] = os.path.join(blocking_file, "spool")
        self.portal.answer = refuse(503, "away")
        report_job_status("success")
        self.assertEqual(self.said.count("\n"), 1)
        self.assertIn("neither delivered nor saved", self.said)

    def test_a_user_without_a_home_loses_the_report_but_not_the_job(self) -> None:
        del os.environ["TC_PORTAL_SPOOL_DIR"]
        self.portal.answer = refuse(503, "away")
        with mock.patch.object(tc_portal.os.path, "expanduser", side_effect=lambda path: path):
            report_job_status("success")
        self.assertIn("neither delivered nor saved", self.said)
        self.assertFalse(os.path.exists("~"))


class WhereTheSecretGoes(PortalTestCase):
    def test_a_redirect_is_not_followed(self) -> None:
        other = PortalDouble()
        self.addCleanup(other.close)
        for status in (301, 302, 303, 307, 308):
            self.portal.answer = Answer(status, b"", {"Location": other.url})
            report_job_status("success")
            self.forget_that_the_portal_was_away()
        self.assertEqual(other.requests, [])
        self.assertEqual(len(self.spool.list_waiting()), 5)
        self.assertIn("redirects are not followed", self.said)
        self.assertIn(other.url, self.said)
        self.assertNotIn("報告成功", self.said)

    def test_a_proxy_from_the_environment_is_used(self) -> None:
        os.environ["http_proxy"] = self.portal.url.split("/api")[0]
        os.environ["TC_PORTAL_MONITOR_URL"] = "http://portal.invalid/api/monitor/job-report"
        report_job_status("success")
        self.assertEqual(self.portal.reports[0].path, "http://portal.invalid/api/monitor/job-report")
        self.assertEqual(self.portal.reports[0].headers["host"], "portal.invalid")

    def test_the_secret_is_not_on_disk(self) -> None:
        self.portal.answer = refuse(503, "away")
        report_job_status("error", "x " + SECRET, log=SECRET)
        for folder, _, names in os.walk(self.spool_base):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(SECRET.encode(), file.read())
