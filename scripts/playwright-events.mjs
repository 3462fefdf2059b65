// @ts-check
// A reporter for Playwright: see test-events.mjs.
import path from 'node:path';
import { writeTestEvent } from './test-events.mjs';

/** @typedef {import('@playwright/test/reporter').Reporter} Reporter */
/** @typedef {import('@playwright/test/reporter').TestCase} TestCase */

/** @param {TestCase} test */
const testOf = (test) => {
  const [, , , ...titles] = test.titlePath();
  const file = path.relative(process.cwd(), test.location.file).replaceAll(path.sep, '/');
  return { key: test.id, name: `${file} > ${titles.join(' > ')}` };
};

/** @implements {Reporter} */
export default class PlaywrightEvents {
  /** @type {TestCase[]} */
  #all = [];

  printsToStdio() {
    return false;
  }

  /** @type {NonNullable<Reporter['onBegin']>} */
  onBegin(_config, suite) {
    this.#all = suite.allTests();
  }

  /** @param {TestCase} test */
  onTestBegin(test) {
    writeTestEvent({ event: 'started', ...testOf(test) });
  }

  /**
   * @param {TestCase} test with the outcome of all its tries so far
   * @param {import('@playwright/test/reporter').TestResult} result
   */
  onTestEnd(test, { duration }) {
    const outcome = test.outcome();
    writeTestEvent({
      event: 'finished',
      ...testOf(test),
      outcome: outcome === 'unexpected' ? 'failed' : outcome === 'skipped' ? 'skipped' : 'passed',
      durationMs: duration,
      neededRetry: outcome === 'flaky',
    });
  }

  onEnd() {
    // A test that did not run because an earlier one failed has neither passed nor been skipped on purpose.
    for (const test of this.#all.filter(
      (one) => one.outcome() === 'skipped' && one.expectedStatus !== 'skipped',
    )) {
      const { key, name } = testOf(test);
      writeTestEvent({
        event: 'finished',
        key,
        name: `${name} (did not run)`,
        outcome: 'failed',
        durationMs: 0,
      });
    }
    writeTestEvent({ event: 'ended' });
  }
}
