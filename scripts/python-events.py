"""Runs the tests of a folder as `python -m unittest discover` does, and writes test events: see test-events.mjs."""

import contextlib
import json
import os
import sys
import time
import unittest


def write_event(**event):
    file = os.environ.get("TEST_EVENTS_FILE")
    if file:
        with open(file, "a", encoding="utf-8") as events:
            events.write(json.dumps(event) + "\n")


class ReportingResult(unittest.TextTestResult):
    outcome = "passed"

    def startTest(self, test):
        super().startTest(test)
        self.began_at = time.monotonic()
        self.outcome = "passed"
        write_event(event="started", key=test.id(), name=test.id())

    def stopTest(self, test):
        super().stopTest(test)
        self.write_finished(test, self.outcome, time.monotonic() - self.began_at)

    def write_finished(self, test, outcome, seconds):
        duration = round(seconds * 1000)
        write_event(event="finished", key=test.id(), name=test.id(), outcome=outcome, durationMs=duration)

    def addError(self, test, err):
        super().addError(test, err)
        self.outcome = "failed"
        # An error in the set-up of a class or a module belongs to no started test.
        if not isinstance(test, unittest.TestCase):
            self.write_finished(test, "failed", 0)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.outcome = "failed"

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.outcome = "failed"

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.outcome = "failed"

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        # A test that has already failed stays failed, and a skipped subtest does not skip its test.
        if self.outcome == "passed" and not isinstance(test, unittest.case._SubTest):
            self.outcome = "skipped"
        # If a whole class is skipped, none of its tests starts.
        if not isinstance(test, unittest.TestCase):
            self.write_finished(test, "skipped", 0)


@contextlib.contextmanager
def step(name):
    write_event(event="started", key=name, name=name, isFile=True)
    try:
        yield
    finally:
        write_event(event="finished", key=name, name=name, isFile=True, outcome="passed", durationMs=0)


class ReportingSuite(unittest.TestSuite):
    """Writes events for the set-up and tear-down of classes and modules, so that a hang in them has a name."""

    def _handleModuleFixture(self, test, result):
        if test.__class__.__module__ == self._get_previous_module(result):
            return
        with step(f"{test.__class__.__module__}: set up"):
            super()._handleModuleFixture(test, result)

    def _handleClassSetUp(self, test, result):
        if test.__class__ is getattr(result, "_previousTestClass", None):
            return
        with step(f"{unittest.util.strclass(test.__class__)}: set up"):
            super()._handleClassSetUp(test, result)

    def _tearDownPreviousClass(self, test, result):
        previous = getattr(result, "_previousTestClass", None)
        if previous is None or test.__class__ is previous:
            return
        with step(f"{unittest.util.strclass(previous)}: tear down"):
            super()._tearDownPreviousClass(test, result)


loader = unittest.TestLoader()
loader.suiteClass = ReportingSuite
suite = loader.discover(sys.argv[1])
result = unittest.TextTestRunner(resultclass=ReportingResult).run(suite)
write_event(event="ended")
sys.exit(0 if result.wasSuccessful() else 1)
