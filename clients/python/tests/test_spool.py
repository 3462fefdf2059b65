import hashlib
import json
import os
import random
import shutil
import signal
import stat
import threading
import time
import unittest
from typing import Dict, List, Set
from unittest import mock

from portal_double import (
    CLOSE,
    HANG,
    SECRET,
    Answer,
    PortalDouble,
    PortalTestCase,
    refuse,
    tc_portal,
    unused_address,
)

from tc_portal import report_job_status


class WhatWaits(PortalTestCase):
    def test_a_saved_report_is_sent_later_unchanged(self) -> None:
        self.portal.answer = refuse(503, "away")
        report_job_status("error", "boom", started_at="2026-11-21T06:00:00+09:00", exit_code=2)
        first = self.portal.reports[0]
        self.portal.answer = None
        self.forget_that_the_portal_was_away()
        report_job_status("success", job_key="another-job")
        self.assertEqual(self.portal.reports[-2].body["job_key"], "another-job")
        self.assertEqual(self.portal.reports[-1].body, first.body)
        self.assertEqual(self.list_spool(), [])
        self.assertIn("未送信だった報告 1 件を送信しました", self.said)

    def test_the_oldest_is_sent_first(self) -> None:
        run_ids = self.fill_spool(12)
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual([request.body["run_id"] for request in self.portal.reports], run_ids)

    @unittest.skipIf(os.name == "nt", "Windows keeps other users out by the folder's own rights")
    def test_nobody_else_can_read_it(self) -> None:
        self.portal.answer = refuse(503, "away")
        report_job_status("success")
        folder = self.spool.folder or ""
        self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
        for name in self.list_spool():
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode), 0o600)

    def test_it_is_in_the_user_s_own_folder_unless_told_otherwise(self) -> None:
        del os.environ["TC_PORTAL_SPOOL_DIR"]
        os.environ["HOME"] = self.folder
        os.environ["LOCALAPPDATA"] = os.path.join(self.folder, "Local")
        with mock.patch.object(tc_portal, "_IS_WINDOWS", False):
            home = tc_portal._find_spool_folder()
        with mock.patch.object(tc_portal, "_IS_WINDOWS", True):
            local = tc_portal._find_spool_folder()
        if os.name != "nt":
            self.assertEqual(home, os.path.join(self.folder, ".tc_portal", "spool"))
        self.assertEqual(local, os.path.join(self.folder, "Local", "tc_portal", "spool"))

    def test_other_files_in_the_folder_are_not_changed(self) -> None:
        self.fill_spool(1)
        note = os.path.join(self.spool.folder or "", "note.json")
        with open(note, "w") as file:
            file.write("{}")
        tc_portal.main(["flush"])
        self.assertEqual(self.list_spool(), ["note.json"])


class WhichPortalGetsIt(PortalTestCase):
    """A kept report belongs to its URL. If that URL never was a portal's, it belongs to its secret."""

    def setUp(self) -> None:
        super().setUp()
        self.other = PortalDouble()
        self.addCleanup(self.other.close)

    def report_to(self, url: str, message: str, secret: str = SECRET) -> None:
        self.forget_that_the_portal_was_away()
        with mock.patch.dict(os.environ, {"TC_PORTAL_MONITOR_URL": url, "TC_PORTAL_WEBHOOK_SECRET": secret}):
            report_job_status("error", message)

    def messages_at(self, portal: PortalDouble) -> List[str]:
        return [request.body["message"] for request in portal.reports]

    def test_what_was_kept_for_a_mistyped_url_is_sent_after_it_is_corrected(self) -> None:
        correct = self.portal.url
        host = correct.split("/api")[0]
        mistyped = [
            unused_address(),
            host + "/api/monitor/job-reprot",
            host.replace("http:", "https:") + "/api/monitor/job-report",
            "http://portal.invalid/api/monitor/job-report",
            host + ":1/api/monitor/job-report",
            "htp" + correct[4:],
            "localhost/api/monitor/job-report",
        ]
        self.portal.answer = lambda request: (
            None if request.path.endswith("job-report") else refuse(404, "no")
        )
        for number, url in enumerate(mistyped):
            self.report_to(url, "kept {}".format(number))
        self.portal.requests.clear()
        self.report_to(correct, "now")
        self.assertEqual(
            self.messages_at(self.portal), ["now"] + ["kept {}".format(n) for n in range(len(mistyped))]
        )
        self.assertEqual(self.list_spool(), [])

    def test_what_was_kept_for_a_url_that_redirects_is_sent_after_it_is_corrected(self) -> None:
        self.other.answer = Answer(308, b"", {"Location": self.portal.url})
        self.report_to(self.other.url, "kept")
        self.report_to(self.portal.url, "now")
        self.assertEqual(self.messages_at(self.portal), ["now", "kept"])

    def test_a_report_for_another_portal_waits_for_it(self) -> None:
        self.report_to(self.other.url, "first")
        self.other.answer = refuse(503, "away")
        self.report_to(self.other.url, "kept")
        self.report_to(self.portal.url, "now")
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual(self.messages_at(self.portal), ["now"])
        self.assertIn(self.other.url, self.said)
        self.other.answer = None
        self.other.requests.clear()
        self.report_to(self.other.url, "again")
        self.assertEqual(self.messages_at(self.other), ["again", "kept"])

    def test_a_report_for_another_portal_that_was_never_reached_waits_if_it_has_its_own_secret(self) -> None:
        self.report_to(unused_address(), "of the test portal", "another-secret-of-the-test-portal")
        self.report_to(self.portal.url, "now")
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual(self.messages_at(self.portal), ["now"])
        self.assertEqual([saved["message"] for saved in self.read_saved()], ["of the test portal"])

    def test_the_user_can_send_everything_here(self) -> None:
        self.report_to(unused_address(), "kept", "a-mistyped-secret-and-url")
        self.assertEqual(tc_portal.main(["flush", "--all"]), 0)
        self.assertEqual(self.messages_at(self.portal), ["kept"])
        self.assertEqual(self.list_spool(), [])

    def test_spellings_of_one_url_are_one_portal(self) -> None:
        self.portal.answer = refuse(503, "away")
        for url in (self.portal.url + "/", " '" + self.portal.url + "'", self.portal.url + "#x"):
            self.report_to(url, "kept", "a-secret-that-has-changed")
        self.portal.answer = None
        self.portal.requests.clear()
        self.report_to(self.portal.url, "now")
        self.assertEqual(self.messages_at(self.portal), ["now", "kept", "kept", "kept"])

    def test_what_version_1_0_0_kept_is_sent(self) -> None:
        for url, message in (
            (self.portal.url, "same"),
            (self.portal.url + "/", "redirected"),
            ("http://other.example/", "other"),
        ):
            folder = os.path.join(self.spool_base, hashlib.sha256(url.encode()).hexdigest()[:16])
            os.makedirs(folder)
            name = "{:020d}-{}.json".format(time.time_ns(), "a" * 32)
            with open(os.path.join(folder, name), "w") as file:
                body = {
                    "job_key": "k",
                    "title": "t",
                    "status": "error",
                    "finished_at": "2026-11-20T06:00:00Z",
                }
                json.dump(dict(body, message=message), file)
        # The variable is as before, with the slash that made the portal answer with a redirect.
        self.report_to(self.portal.url + "/", "now")
        self.assertEqual(self.messages_at(self.portal), ["now", "same", "redirected"])
        self.assertEqual(tc_portal.main(["flush", "--all"]), 0)
        self.assertEqual(self.messages_at(self.portal)[3:], ["other"])
        self.assertFalse(
            any(os.path.isdir(os.path.join(self.spool_base, name)) for name in self.list_spool())
        )


class WhatIsDropped(PortalTestCase):
    def test_the_oldest_is_deleted_when_there_are_too_many(self) -> None:
        self.portal.answer = refuse(503, "away")
        with mock.patch.object(tc_portal, "SPOOL_FILES_MAX", 5):
            self.fill_spool(5, age_seconds=60)
            oldest, second = [report.file for report in self.spool.list_waiting()[:2]]
            report_job_status("success")
        self.assertEqual(len(self.spool.list_waiting()), 5)
        self.assertNotIn(oldest, self.list_spool())
        self.assertIn(second, self.list_spool())
        self.assertEqual(self.said.count("破棄しました"), 1)

    def test_the_limit_is_a_thousand_reports_and_fourteen_days(self) -> None:
        self.assertEqual(tc_portal.SPOOL_FILES_MAX, 1_000)
        self.assertEqual(tc_portal.SPOOL_AGE_SECONDS_MAX, 14 * 86_400)

    def test_a_report_of_more_than_fourteen_days_is_not_sent(self) -> None:
        self.fill_spool(2, age_seconds=15 * 86_400)
        self.fill_spool(1, age_seconds=13 * 86_400)
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual(len(self.portal.reports), 1)
        self.assertIn("2 件を破棄しました", self.said)

    def test_a_report_saved_before_the_clock_was_set_is_sent(self) -> None:
        self.fill_spool(1, age_seconds=time.time() - 60)
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual(len(self.portal.reports), 1)

    def test_the_oldest_is_deleted_when_they_are_too_large(self) -> None:
        self.portal.answer = refuse(503, "away")
        with mock.patch.object(tc_portal, "SPOOL_BYTES_MAX", 30_000):
            for _ in range(5):
                report_job_status("success", log="x" * 10_000)
                self.forget_that_the_portal_was_away()
        self.assertEqual(len(self.spool.list_waiting()), 2)

    def test_a_refused_report_does_not_hold_up_the_others(self) -> None:
        self.fill_spool(3)
        self.portal.answer = lambda request: (
            refuse(400, "title is too long")
            if request.body.get("finished_at", "").startswith("2026-11-20T06:00:00")
            else None
        )
        self.assertEqual(tc_portal.main(["flush"]), 1)
        self.assertIn("HTTP 400 title is too long", self.said)
        self.assertEqual([saved["run_id"] for saved in self.read_saved()], ["run-0"])

    def test_a_damaged_file_is_dropped(self) -> None:
        self.fill_spool(1)
        for content in (b"", b"{", b"[]", b"\xff\xfe", b"{}"):
            self.spool.keep(content)
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual(len(self.portal.reports), 1)
        self.assertEqual(self.list_spool(), [])


class HowItIsSent(PortalTestCase):
    def test_a_report_that_always_fails_is_sent_last_after_three_tries(self) -> None:
        """One that a firewall cuts off, for example."""
        run_ids = self.fill_spool(4)
        self.portal.answer = lambda request: CLOSE if request.body["run_id"] == "run-0" else None
        for _ in range(3):
            self.assertEqual(tc_portal.main(["flush"]), 1)
            self.assertEqual(len(self.spool.list_waiting()), 4)
        self.portal.requests.clear()
        self.assertEqual(tc_portal.main(["flush"]), 1)
        self.assertEqual(
            [request.body["run_id"] for request in self.portal.reports], run_ids[1:] + run_ids[:1]
        )
        self.portal.answer = None
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual(self.list_spool(), [])

    def test_a_flush_stops_when_the_portal_is_unavailable(self) -> None:
        self.fill_spool(5)
        self.portal.answer = CLOSE
        self.assertEqual(tc_portal.main(["flush"]), 1)
        self.assertEqual(len(self.portal.reports), 1)
        self.assertEqual(len(self.spool.list_waiting()), 5)

    def test_a_report_that_causes_a_500_does_not_hold_up_the_others(self) -> None:
        self.fill_spool(3)
        self.portal.answer = lambda request: (
            refuse(500, "oops") if request.body["run_id"] == "run-0" else None
        )
        self.assertEqual(tc_portal.main(["flush"]), 1)
        self.assertEqual(len(self.spool.list_waiting()), 1)

    def test_a_portal_that_always_fails_is_not_asked_for_every_report(self) -> None:
        self.fill_spool(20)
        self.portal.answer = refuse(500, "Server configuration error")
        self.assertEqual(tc_portal.main(["flush"]), 1)
        self.assertLessEqual(len(self.portal.reports), 3)

    def test_flushing_delays_a_job_for_a_limited_time(self) -> None:
        self.fill_spool(50)
        slow = threading.Event()
        self.portal.answer = lambda request: slow.wait(0.05) or None
        with mock.patch.object(tc_portal, "FLUSH_SECONDS", 0.5):
            began = time.monotonic()
            report_job_status("success")
        self.assertLess(time.monotonic() - began, 15)
        self.assertGreater(len(self.spool.list_waiting()), 30)

    def test_the_limit_of_a_flush_at_the_end_of_a_job_is_five_seconds(self) -> None:
        self.assertEqual(tc_portal.FLUSH_SECONDS, 5)

    def test_a_job_does_not_flush_while_the_portal_asked_to_wait(self) -> None:
        self.fill_spool(2)
        self.portal.next_answers = [refuse(429, "too many", Retry_After="120")]
        self.assertEqual(tc_portal.main(["flush"]), 1)
        report_job_status("success")
        self.assertEqual(len(self.portal.reports), 2)
        self.assertEqual(len(self.spool.list_waiting()), 2)
        with mock.patch.object(tc_portal.time, "time", return_value=time.time() + 121):
            report_job_status("success")
        self.assertEqual(self.spool.list_waiting(), [])

    def test_retry_after_can_be_a_date_and_counts_for_at_most_an_hour(self) -> None:
        self.assertEqual(tc_portal._parse_retry_after("Fri, 31 Dec 2100 23:59:59 GMT"), 3600)
        self.assertEqual(tc_portal._parse_retry_after("5"), 5)
        for unusable in (None, "", "soon", "nan", "inf"):
            self.assertIsNone(tc_portal._parse_retry_after(unusable))

    def test_a_report_saved_under_an_old_secret_is_sent_with_the_new_one(self) -> None:
        os.environ["TC_PORTAL_WEBHOOK_SECRET"] = "the-old-secret"
        report_job_status("success")
        os.environ["TC_PORTAL_WEBHOOK_SECRET"] = SECRET
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual(self.list_spool(), [])


class WhateverHappens(PortalTestCase):
    def test_every_report_reaches_its_own_portal_and_no_other(self) -> None:
        """Two portals on one machine, in random order: outages, mistyped URLs, refused secrets, crashes."""
        other = PortalDouble()
        self.addCleanup(other.close)
        portals = {"production": (self.portal, SECRET), "test": (other, "the-secret-of-the-other-portal")}
        other.secret = portals["test"][1]
        for seed in range(30):
            chance = random.Random(seed)
            shutil.rmtree(self.spool_base, ignore_errors=True)
            for portal, _ in portals.values():
                portal.accepted.clear()
                portal.answer = refuse(503, "away") if chance.random() < 0.5 else None
            expected: Dict[str, Set[str]] = {name: set() for name in portals}
            for number in range(25):
                name = chance.choice(list(portals))
                portal, secret = portals[name]
                self.forget_that_the_portal_was_away()
                os.environ.update(TC_PORTAL_MONITOR_URL=portal.url, TC_PORTAL_WEBHOOK_SECRET=secret)
                event = chance.choice(
                    ["report", "report", "mistype", "old secret", "flush", "outage", "crash"]
                )
                if event == "outage":
                    portal.answer = chance.choice(
                        [None, None, refuse(503, "away"), CLOSE, refuse(500, "oops")]
                    )
                elif event == "crash":
                    for report in self.spool.list_waiting()[: chance.randrange(3)]:
                        self.spool.claim(report)
                elif event == "flush":
                    tc_portal.main(["flush"])
                else:
                    if event == "mistype":
                        os.environ["TC_PORTAL_MONITOR_URL"] = chance.choice(
                            [portal.url.replace("report", "reprot"), unused_address(), "not a url"]
                        )
                    elif event == "old secret":
                        os.environ["TC_PORTAL_WEBHOOK_SECRET"] = "an-old-secret-of-" + name
                    run_id = "{}-{}".format(seed, number)
                    expected[name].add(run_id)
                    report_job_status("error", run_id=run_id)
            for portal, _ in portals.values():
                portal.answer = None
            with mock.patch.object(tc_portal, "STALE_CLAIM_SECONDS", -1.0):
                for portal, secret in portals.values():
                    os.environ.update(TC_PORTAL_MONITOR_URL=portal.url, TC_PORTAL_WEBHOOK_SECRET=secret)
                    tc_portal.main(["flush"])
            for name, (portal, _) in portals.items():
                accepted = {request.body["run_id"] for request in portal.accepted}
                self.assertEqual(accepted, expected[name], (seed, name))
            self.assertEqual(self.list_spool(), [], seed)


class WithSeveralProcesses(PortalTestCase):
    def test_two_flushing_processes_send_every_report_once(self) -> None:
        run_ids = self.fill_spool(40)
        both_are_sending = threading.Barrier(2)
        first_two = iter(range(2))

        def answer(_request: object) -> None:
            if next(first_two, None) is not None:
                both_are_sending.wait(15)

        self.portal.answer = answer
        processes = [self.start_tc_portal("flush") for _ in range(2)]
        self.assertEqual([process.wait(30) for process in processes], [0, 0])
        self.assertEqual(sorted(request.body["run_id"] for request in self.portal.reports), sorted(run_ids))
        self.assertEqual(self.list_spool(), [])

    def test_two_processes_that_see_the_same_report_claim_it_once(self) -> None:
        self.fill_spool(1)
        (report,) = self.spool.list_waiting()
        claims = [self.spool.claim(report), self.spool.claim(report)]
        self.assertEqual(sum(claim is not None for claim in claims), 1)

    @unittest.skipIf(os.name == "nt", "needs SIGKILL")
    def test_a_claim_left_by_a_killed_process_is_sent_again_later(self) -> None:
        run_ids = self.fill_spool(1)
        self.portal.next_answers = [HANG]
        process = self.start_tc_portal("flush")
        self.eventually(lambda: self.portal.reports)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertEqual(self.spool.list_waiting(), [])
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual(len(self.portal.reports), 1, "a claim may still be at work for ten minutes")
        with mock.patch.object(tc_portal.time, "time", return_value=time.time() + 601):
            self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual([request.body["run_id"] for request in self.portal.reports], run_ids * 2)
        self.assertEqual(self.list_spool(), [])

    def test_a_claim_is_released_when_the_flush_is_interrupted(self) -> None:
        self.fill_spool(1)
        names = self.spool.list_waiting()
        with mock.patch.object(tc_portal, "_post_within", side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                tc_portal.main(["flush"])
        self.assertEqual(self.spool.list_waiting(), names)

    def test_an_unfinished_file_of_a_killed_process_is_deleted(self) -> None:
        self.fill_spool(1)
        unfinished = os.path.join(self.spool_base, "{:020d}-{}.tmp".format(1, "0" * 32))
        with open(unfinished, "w") as file:
            file.write('{"job_key"')
        tc_portal.main(["flush"])
        self.assertEqual(self.list_spool(), [])

    def test_a_report_appears_complete_or_not_at_all(self) -> None:
        seen = []
        replace = os.replace

        def look_and_replace(source: str, target: str) -> None:
            with open(source, "rb") as file:
                seen.append(json.loads(file.read().decode("utf-8")))
            self.assertEqual(self.spool.list_waiting(), [])
            replace(source, target)

        self.portal.answer = refuse(503, "away")
        with mock.patch.object(tc_portal.os, "replace", look_and_replace):
            report_job_status("success")
        self.assertEqual(seen[0]["job_key"], "minpaku-in-report")
