"""What is done to the variables on their way: by shells, batch files, Docker, editors, copying and locales."""

import itertools
import os
import re
import subprocess
import sys
import unittest
from typing import Callable, Dict, List

from portal_double import SECRET, TC_PORTAL, PortalTestCase, tc_portal

from tc_portal import report_job_status

# Each is something that a tool or a person does to a value, alone or after another.
MANGLES: Dict[str, Callable[[str, str], str]] = {
    "nothing": lambda _name, value: value,
    "single quotes (docker --env-file)": lambda _name, value: "'" + value + "'",
    'double quotes (set NAME="value")': lambda _name, value: '"' + value + '"',
    "typographic quotes": lambda _name, value: "“" + value + "”",
    "Japanese quotes": lambda _name, value: "「" + value + "」",
    "full-width quotes": lambda _name, value: "＂" + value + "＂",
    "blanks around": lambda _name, value: "  " + value + " \t",
    "a Japanese blank": lambda _name, value: "\u3000" + value,
    "a line break": lambda _name, value: value + "\n",
    "CR (a Windows file in Docker)": lambda _name, value: value + "\r",
    "a byte order mark": lambda _name, value: "\ufeff" + value,
    "a byte order mark read as Latin-1": lambda _name, value: "ï»¿" + value,
    "an invisible mark (copied from chat)": lambda _name, value: "\u200b" + value + "\u2060",
    "the whole line": lambda name, value: name + "=" + value,
    "the whole line with export": lambda name, value: "export " + name + "=" + value,
}
TOKEN_MANGLES: Dict[str, Callable[[str, str], str]] = {
    "an escaped line break": lambda _name, value: value + "\\n",
    "a line break inside (copied from a narrow window)": lambda _name, value: value[:9] + "\r\n" + value[9:],
    "a zero-width blank inside": lambda _name, value: value[:9] + "\u200b" + value[9:],
}


class MangledValues(PortalTestCase):
    def test_every_variable_survives_every_two_mangles(self) -> None:
        names = {
            "TC_PORTAL_MONITOR_URL": self.portal.url,
            "TC_PORTAL_WEBHOOK_SECRET": SECRET,
            "TC_PORTAL_JOB_KEY": "minpaku-in-report",
            "TC_PORTAL_JOB_TITLE": "minpaku-IN 'レポート' 作成",
            "TC_PORTAL_TOOL_ID": "0b0e7d60-0000-4000-8000-000000000000",
            "TC_PORTAL_SPOOL_DIR": self.spool_base,
            "TC_PORTAL_TIMEOUT_SECONDS": "20",
        }
        for name, value in names.items():
            is_token = name in ("TC_PORTAL_MONITOR_URL", "TC_PORTAL_WEBHOOK_SECRET")
            mangles = dict(MANGLES, **(TOKEN_MANGLES if is_token else {}))
            for first, second in itertools.product(mangles, mangles):
                os.environ[name] = mangles[second](name, mangles[first](name, value))
                self.assertEqual(
                    tc_portal._environment(name, is_token=is_token), value, (name, first, second)
                )

    def test_a_report_arrives_although_all_variables_are_mangled(self) -> None:
        names = [name for name in os.environ if name.startswith("TC_PORTAL_")]
        meant = {name: os.environ[name] for name in names}
        for what, mangle in MANGLES.items():
            self.portal.requests.clear()
            for name in names:
                os.environ[name] = mangle(name, meant[name])
            report_job_status("success", "処理完了")
            self.assertEqual(self.report["job_key"], "minpaku-in-report", what)
            self.assertEqual(self.report["title"], "minpaku-IN レポート作成", what)

    def test_quotes_that_belong_to_a_title_stay(self) -> None:
        for title in ("'A' と 'B' の集計", "5'", '"', "「売上」の集計"):
            os.environ["TC_PORTAL_JOB_TITLE"] = title
            report_job_status("success")
            self.assertEqual(self.portal.reports[-1].body["title"], title)

    def test_a_value_of_quotes_or_blanks_counts_as_unset(self) -> None:
        for value in ("", " ", "''", '""', "' '", "\ufeff", "\r\n", "TC_PORTAL_WEBHOOK_SECRET="):
            os.environ["TC_PORTAL_WEBHOOK_SECRET"] = value
            report_job_status("success")
        self.assertEqual(self.portal.requests, [])
        self.assertEqual(self.said.count("\n"), 1)
        self.assertIn("環境変数未設定のためスキップ", self.said)

    @unittest.skipIf(os.name == "nt", "the environment of Windows is Unicode")
    def test_the_locale_does_not_change_a_title(self) -> None:
        title = "minpaku-IN レポート作成"
        for locale in ("POSIX", "C", "C.UTF-8", "en_US.ISO-8859-1", "ja_JP.eucJP"):
            for encoding in ("utf-8", "cp932"):
                self.portal.requests.clear()
                environment = dict(os.environb)
                environment.update(
                    {b"LC_ALL": locale.encode(), b"PYTHONUTF8": b"0", b"PYTHONCOERCECLOCALE": b"0"}
                )
                environment[b"TC_PORTAL_JOB_TITLE"] = title.encode(encoding)
                words = [sys.executable, TC_PORTAL, "report", "success"]
                subprocess.run(words, env=environment, timeout=90, stderr=subprocess.PIPE)
                self.assertEqual(self.report["title"], title, (locale, encoding))


class Addresses(PortalTestCase):
    def test_every_spelling_of_the_portal_s_url_is_the_url_of_reports(self) -> None:
        base = self.portal.url.split("/api")[0]
        for address in (
            base,
            base + "/",
            base + "/api/monitor/job-report/",
            base + "/api/monitor/job-report//",
            base + "//api/monitor//job-report",
            base + "/api/monitor/job-report#top",
            base.replace("http", "HTTP") + "/api/monitor/job-report",
            "<" + self.portal.url + ">",
            self.portal.url + ";",
            self.portal.url + ",",
            self.portal.url.replace("127", "１２７"),
            "'" + self.portal.url,
        ):
            with self.subTest(address=address):
                self.portal.requests.clear()
                os.environ["TC_PORTAL_MONITOR_URL"] = address
                report_job_status("success")
                self.assertEqual(
                    [request.path for request in self.portal.reports], ["/api/monitor/job-report"]
                )

    def test_a_path_that_is_not_ascii_is_sent_encoded(self) -> None:
        os.environ["TC_PORTAL_MONITOR_URL"] = self.portal.url.replace("/api", "/監視/api")
        report_job_status("success")
        self.assertEqual(self.portal.reports[0].path, "/%E7%9B%A3%E8%A6%96/api/monitor/job-report")

    def test_a_report_for_what_is_no_url_or_no_secret_is_sent_after_the_correction(self) -> None:
        wrong: List[Dict[str, str]] = [
            {"TC_PORTAL_MONITOR_URL": address}
            for address in (
                "file:///etc/passwd",
                "portal.example",
                "http://",
                "http:/portal.example",
                "https://[",
                "http://x:99999/",
                "${PORTAL_URL}",
            )
        ]
        wrong += [
            {"TC_PORTAL_WEBHOOK_SECRET": secret}
            for secret in ("秘密の言葉", "<SECRET>", "${SECRET}", "$SECRET", "%SECRET%", "{{ secret }}")
        ]
        for number, values in enumerate(wrong):
            right = {name: os.environ[name] for name in values}
            os.environ.update(values)
            report_job_status("error", "number {}".format(number))
            os.environ.update(right)
        self.assertEqual(self.portal.requests, [])
        self.assertEqual(self.said.count("保存して次回送信します"), len(wrong))
        self.assertIsNone(re.search("秘密の言葉", self.said))
        self.assertEqual(tc_portal.main(["flush"]), 0)
        self.assertEqual(
            [request.body["message"] for request in self.portal.reports],
            ["number {}".format(number) for number in range(len(wrong))],
        )

    def test_the_command_test_says_what_is_wrong_with_the_url(self) -> None:
        os.environ["TC_PORTAL_MONITOR_URL"] = "portal.example"
        self.assertEqual(tc_portal.main(["test"]), 1)
        self.assertIn("TC_PORTAL_MONITOR_URL が URL ではありません", self.said)
        self.assertEqual(tc_portal.main(["flush"]), 0)
