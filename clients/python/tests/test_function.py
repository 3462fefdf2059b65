import inspect
import io
import json
import os
import re
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Dict
from unittest import mock

from portal_double import SECRET, Answer, PortalTestCase, refuse, tc_portal

from tc_portal import report_job_status


class WhatItSends(PortalTestCase):
    def test_it_sends_the_contract_s_fields_with_the_secret_in_the_header(self) -> None:
        report_job_status("success", "処理完了")
        request = self.portal.reports[0]
        self.assertEqual(request.headers["x-tc-portal-webhook-secret"], SECRET)
        self.assertTrue(request.headers["content-type"].startswith("application/json"))
        self.assertEqual(request.body["job_key"], "minpaku-in-report")
        self.assertEqual(request.body["title"], "minpaku-IN レポート作成")
        self.assertEqual(request.body["status"], "success")
        self.assertEqual(request.body["message"], "処理完了")

    def test_it_keeps_the_reference_s_name_and_signature(self) -> None:
        parameters = list(inspect.signature(report_job_status).parameters.values())
        self.assertEqual([parameter.name for parameter in parameters[:2]], ["status", "message"])
        self.assertIsNone(parameters[1].default)
        self.assertTrue(all(p.kind is p.KEYWORD_ONLY and p.default is None for p in parameters[2:]))

    def test_it_gives_the_time_in_utc_with_its_offset(self) -> None:
        before = datetime.now(timezone.utc)
        report_job_status("success")
        finished_at = datetime.fromisoformat(self.report["finished_at"])
        self.assertEqual(finished_at.utcoffset(), timedelta(0))
        self.assertTrue(before <= finished_at <= datetime.now(timezone.utc))

    def test_it_omits_unknown_values(self) -> None:
        report_job_status("success")
        self.assertEqual(set(self.report), {"job_key", "title", "status", "finished_at", "run_id", "host"})

    def test_it_sends_every_optional_field(self) -> None:
        started = datetime(2026, 11, 21, 15, 0, tzinfo=timezone(timedelta(hours=9)))
        schedule = {"type": "cron", "expression": "0 6 * * 1-5", "timezone": "Asia/Tokyo"}
        report_job_status(
            "error",
            "失敗",
            started_at=started,
            finished_at=started + timedelta(seconds=2.5),
            run_id="run-1",
            exit_code=3,
            host="pc-01",
            log="line",
            metrics={"rows": 12},
            schedule=schedule,
            job_key="sales",
            title="売上",
            tool_id="0b0e7d60-0000-4000-8000-000000000000",
        )
        self.assertEqual(
            self.report,
            {
                "job_key": "sales",
                "title": "売上",
                "status": "error",
                "message": "失敗",
                "started_at": "2026-11-21T06:00:00+00:00",
                "finished_at": "2026-11-21T06:00:02.500000+00:00",
                "duration_ms": 2500,
                "run_id": "run-1",
                "exit_code": 3,
                "host": "pc-01",
                "log": "line",
                "metrics": {"rows": 12},
                "schedule": schedule,
                "tool_id": "0b0e7d60-0000-4000-8000-000000000000",
            },
        )

    def test_it_reads_the_tool_from_the_environment(self) -> None:
        os.environ["TC_PORTAL_TOOL_ID"] = "0b0e7d60-0000-4000-8000-000000000000"
        report_job_status("success")
        self.assertEqual(self.report["tool_id"], "0b0e7d60-0000-4000-8000-000000000000")

    def test_it_uses_the_reference_s_defaults_for_an_unnamed_job(self) -> None:
        del os.environ["TC_PORTAL_JOB_KEY"], os.environ["TC_PORTAL_JOB_TITLE"]
        report_job_status("success")
        self.assertEqual((self.report["job_key"], self.report["title"]), ("default-job", "Default Job"))

    def test_it_does_not_give_another_job_the_environment_s_title(self) -> None:
        report_job_status("success", job_key="sales")
        self.assertEqual((self.report["job_key"], self.report["title"]), ("sales", "sales"))

    def test_it_ignores_quotes_that_a_batch_file_left_around_a_value(self) -> None:
        os.environ["TC_PORTAL_MONITOR_URL"] = '"{}" '.format(self.portal.url)
        os.environ["TC_PORTAL_WEBHOOK_SECRET"] = SECRET + "\r\n"
        report_job_status("success")
        self.assertEqual(self.report["status"], "success")

    def test_each_attempt_says_when_it_was_sent(self) -> None:
        """[rule 40: measured clocks]"""
        before = datetime.now(timezone.utc)
        self.portal.next_answers = [refuse(503, "away"), refuse(503, "away")]
        report_job_status("success")
        self.forget_that_the_portal_was_away()
        report_job_status("success", job_key="another-job")
        self.assertEqual(len(self.portal.reports), 4)
        times = [datetime.fromisoformat(request.sent_at) for request in self.portal.reports]
        self.assertEqual(times, sorted(set(times)))
        self.assertTrue(before <= times[0] and times[-1] <= datetime.now(timezone.utc))
        self.assertTrue(
            all(re.match(r"^[-\d]{10}T[:\d]{8}\.\d{6}\+00:00$", r.sent_at) for r in self.portal.reports)
        )

    def test_each_report_has_its_own_run_id(self) -> None:
        report_job_status("success")
        report_job_status("success")
        self.assertEqual(len({request.body["run_id"] for request in self.portal.reports}), 2)

    def test_it_clips_the_message_to_what_the_portal_accepts_as_javascript_counts(self) -> None:
        report_job_status("error", "😀" * 9_000)
        message = self.report["message"]
        self.assertLessEqual(len(message.encode("utf-16-le")) // 2, 10_000)
        self.assertGreater(len(message.encode("utf-16-le")) // 2, 9_990)
        self.assertTrue(message.endswith("…"))

    def test_it_keeps_the_head_and_the_tail_of_a_long_log_and_says_how_much_it_cut(self) -> None:
        log = "先頭\n" + "あ" * 2_000_000 + "\n末尾"
        report_job_status("success", log=log)
        raw = self.portal.reports[0].raw
        sent = self.report["log"]
        self.assertLess(len(raw), 900_001)
        self.assertGreater(len(raw), 890_000)
        self.assertTrue(sent.startswith("先頭\n") and sent.endswith("\n末尾"))
        cut = len(log) - sent.count("あ") - len("先頭\n\n末尾")
        self.assertIn("{:,} 文字を省略".format(cut), sent)

    def test_a_log_full_of_escape_characters_still_fits(self) -> None:
        report_job_status("success", log="\x1b" * 800_000)
        self.assertLess(len(self.portal.reports[0].raw), 900_001)

    def test_a_schedule_that_is_too_large_is_omitted_and_the_report_is_sent(self) -> None:
        report_job_status("success", schedule={"type": "x" * 2_000_000}, log="y" * 2_000_000)
        self.assertNotIn("schedule", self.report)
        self.assertTrue(self.report["log"].startswith("yyy"))
        self.assertIn("schedule", self.said)

    def test_the_secret_never_goes_into_a_log_or_message(self) -> None:
        report_job_status("error", "header " + SECRET, log="env " + SECRET)
        self.assertNotIn(SECRET.encode(), self.portal.reports[0].raw)

    def test_lone_surrogates_do_not_stop_a_report(self) -> None:
        report_job_status("error", "file \udc82\udca0.csv")
        self.assertEqual(self.report["message"], "file ??.csv")

    def test_bytes_in_cp932_become_text(self) -> None:
        report_job_status("success", log="完了".encode("cp932"))
        self.assertEqual(self.report["log"], "完了")

    def test_metrics_become_plain_numbers_and_other_values_are_omitted(self) -> None:
        class Scalar:
            def __float__(self) -> float:
                return 2.5

        metrics = {
            1: Scalar(),
            "price": Decimal("1.5"),
            "rows": 3,
            "ok": True,
            "bad": float("nan"),
            "name": "4",
        }
        report_job_status("success", metrics=metrics)
        self.assertEqual(self.report["metrics"], {"1": 2.5, "price": 1.5, "rows": 3, "ok": 1})
        self.assertIn("metrics", self.said)


class WhatItSays(PortalTestCase):
    def test_it_prints_one_line_and_does_nothing_when_unset(self) -> None:
        del os.environ["TC_PORTAL_WEBHOOK_SECRET"]
        report_job_status("success")
        report_job_status("success")
        self.assertEqual(self.portal.requests, [])
        self.assertEqual(self.said.count("\n"), 1)
        self.assertTrue(self.said.startswith("[TC Portal] 環境変数未設定のためスキップ"))
        self.assertFalse(os.path.exists(self.spool_base))

    def test_it_says_that_the_report_arrived(self) -> None:
        report_job_status("success")
        self.assertEqual(self.said, "[TC Portal] 報告成功: success\n")

    def test_it_never_shows_a_secret_that_cannot_be_sent(self) -> None:
        os.environ["TC_PORTAL_WEBHOOK_SECRET"] = "秘密の言葉 with\nnewline"
        report_job_status("success")
        self.assertEqual(self.portal.requests, [])
        self.assertNotIn("秘密の言葉", self.said)
        self.assertIn("TC_PORTAL_WEBHOOK_SECRET", self.said)

    def test_it_shows_what_the_portal_ignored_once(self) -> None:
        warnings = [{"field": "schedule.timezone", "problem": "is not a known time zone", "ignored": True}]
        body = {"success": True, "id": "1", "job_key": "k", "repeated": True, "warnings": warnings * 9}
        self.portal.answer = Answer(200, json.dumps(body).encode())
        report_job_status("success")
        report_job_status("success")
        self.assertEqual(self.said.count("schedule.timezone is not a known time zone"), 1)
        self.assertEqual(self.said.count("報告成功"), 2)
        for odd in (None, 5, "x", [None, 1, {}], {"field": "x"}):
            self.portal.answer = Answer(200, json.dumps({"success": True, "warnings": odd}).encode())
            report_job_status("success")
        self.assertEqual(self.said.count("報告成功"), 7)

    def test_it_writes_to_a_cp932_stderr_without_failing(self) -> None:
        raw = io.BytesIO()
        self.portal.answer = refuse(400, "title is required 😀 é")
        with mock.patch.object(sys, "stderr", io.TextIOWrapper(raw, "cp932", errors="strict")):
            report_job_status("error", "x")
            sys.stderr.flush()
            self.assertIn("報告が拒否されました", raw.getvalue().decode("cp932"))

    def test_it_works_without_a_stderr_at_all(self) -> None:
        with mock.patch.object(sys, "stderr", None):
            report_job_status("success")
        self.assertEqual(self.report["status"], "success")

    def test_a_portal_s_sentence_cannot_write_control_characters_to_the_terminal(self) -> None:
        self.portal.answer = refuse(400, "bad\x1b[31m\r\nline")
        report_job_status("success")
        self.assertNotIn("\x1b", self.said)
        self.assertEqual(
            [line[:11] for line in self.said.splitlines()], ["[TC Portal]"] * self.said.count("\n")
        )


class ThatItNeverBreaksTheJob(PortalTestCase):
    def test_invalid_values_are_omitted_and_the_outcome_arrives(self) -> None:
        class Hostile:
            def __str__(self) -> str:
                raise RuntimeError("no")

            def __bool__(self) -> bool:
                raise RuntimeError("no")

            def __eq__(self, other: object) -> bool:
                raise RuntimeError("no")

            __hash__ = None

        endless: Dict[str, Any] = {}
        endless["self"] = endless
        report_job_status(
            "error",
            Hostile(),
            metrics=Hostile(),
            schedule=endless,
            exit_code="many",
            duration_ms=float("nan"),
            started_at=datetime.min,
            log=Hostile(),
        )
        self.assertEqual(self.report["status"], "error")
        self.assertNotIn("exit_code", self.report)

    def test_an_internal_error_becomes_one_line(self) -> None:
        with mock.patch.object(tc_portal, "_deliver", side_effect=ZeroDivisionError):
            report_job_status("success")
        self.assertIn("ZeroDivisionError", self.said)
        self.assertEqual(self.said.count("\n"), 1)

    def test_a_stderr_without_a_reader_does_not_change_the_exit_code(self) -> None:
        del os.environ["TC_PORTAL_WEBHOOK_SECRET"]
        reader, writer = os.pipe()
        os.close(reader)
        result = self.run_script("import tc_portal\ntc_portal.report_job_status('success')\n", stderr=writer)
        os.close(writer)
        self.assertEqual(result.returncode, 0)

    def test_a_file_named_like_a_standard_module_next_to_the_job_does_not_break_it(self) -> None:
        with open(os.path.join(self.folder, "email.py"), "w") as file:
            file.write("raise RuntimeError('the job has a file of this name')\n")
        result = self.run_script(
            "import tc_portal\n"
            "tc_portal.RETRY_PAUSE_SECONDS = 0\n"
            "tc_portal.report_job_status('success')\n"
            "print('done')\n"
        )
        self.assertEqual((result.returncode, result.stdout.strip()), (0, b"done"))
        self.assertNotIn(b"Traceback", result.stderr)
        self.assertEqual(len(self.list_spool()), 1)

    def test_it_can_be_called_when_no_thread_can_be_started(self) -> None:
        error = RuntimeError("can't start new thread")
        with mock.patch.object(tc_portal._thread, "start_new_thread", side_effect=error):
            with mock.patch.object(
                tc_portal, "_post", return_value=tc_portal.Answer(200, json.dumps({"success": True}))
            ):
                report_job_status("success")
        self.assertIn("報告成功", self.said)
