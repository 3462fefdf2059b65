// @ts-check
// A reporter for Playwright: see test-events.mjs.
import path from 'node:path';
import { writeTestEvent } from './test-events.mjs';

/** @typedef {import('@playwright/test/reporter').Reporter} Reporter */
/** @typedef {import('@playwright/test/reporter').TestCase} TestCase */
/** @typedef {import('@playwright/test/reporter').TestResult} TestResult */

/** @param {TestCase} test */
const testOf = (test) => {
  const [, , , ...titles] = test.titlePath();
  const file = path.relative(process.cwd(), test.location.file).replaceAll(path.sep, '/');
  return { key: test.id, name: `${file} > ${titles.join(' > ')}` };
};

/** @implements {Reporter} */
export default class PlaywrightEvents {
  printsToStdio() {
    return false;
  }

  /** @param {TestCase} test */
  onTestBegin(test) {
    writeTestEvent({ event: 'started', ...testOf(test) });
  }

  /**
   * @param {TestCase} test
   * @param {TestResult} result of one try
   */
  onTestEnd(test, { status, duration }) {
    const isAsExpected = status === test.expectedStatus;
    const outcome = status === 'skipped' ? 'skipped' : isAsExpected ? 'passed' : 'failed';
    writeTestEvent({ event: 'finished', ...testOf(test), outcome, durationMs: duration });
  }

  onEnd() {
    writeTestEvent({ event: 'ended' });
  }
}
