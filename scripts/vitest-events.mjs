// @ts-check
// A reporter for Vitest: see test-events.mjs.
import { writeTestEvent } from './test-events.mjs';

/** @typedef {import('vitest/node').Reporter} Reporter */
/** @typedef {import('vitest/node').TestCase} TestCase */
/** @typedef {import('vitest/node').TestModule} TestModule */

/** @param {TestModule} module */
const fileOf = (module) => ({ key: module.id, name: module.relativeModuleId });
/** @param {TestCase} test */
const testOf = (test) => ({ key: test.id, name: `${test.module.relativeModuleId} > ${test.fullName}` });

/** @implements {Reporter} */
export default class VitestEvents {
  /** Before it is read: a file may hang while it is. @param {TestModule} module */
  onTestModuleQueued(module) {
    writeTestEvent({ event: 'started', ...fileOf(module), isFile: true });
  }

  /** @param {TestModule} module */
  onTestModuleEnd(module) {
    const outcome = module.ok() ? 'passed' : 'failed';
    writeTestEvent({ event: 'finished', ...fileOf(module), isFile: true, outcome, durationMs: 0 });
  }

  onHookEnd() {
    writeTestEvent({ event: 'moved' });
  }

  /** @param {TestCase} test */
  onTestCaseReady(test) {
    writeTestEvent({ event: 'started', ...testOf(test) });
  }

  /** @param {TestCase} test */
  onTestCaseResult(test) {
    const { state } = test.result();
    const { duration = 0, flaky = false } = test.diagnostic() ?? {};
    const outcome = state === 'pending' ? 'failed' : state;
    writeTestEvent({ event: 'finished', ...testOf(test), outcome, durationMs: duration, neededRetry: flaky });
  }

  /** @type {NonNullable<Reporter['onTestRunEnd']>} */
  onTestRunEnd(_modules, unhandledErrors) {
    for (const [index, { message }] of unhandledErrors.entries()) {
      const name = `unhandled error: ${message}`;
      writeTestEvent({ event: 'finished', key: `error ${index}`, name, outcome: 'failed', durationMs: 0 });
    }
    writeTestEvent({ event: 'ended' });
  }
}
