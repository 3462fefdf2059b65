// @ts-check
// A reporter for Vitest that writes down which tests passed only when they were tried again.
import fs from 'node:fs';
import process from 'node:process';

/** @typedef {import('vitest/node').Reporter} Reporter */

/** @implements {Reporter} */
export default class FlakyReporter {
  /** @type {NonNullable<Reporter['onTestRunEnd']>} */
  onTestRunEnd(modules) {
    const names = modules.flatMap((module) =>
      [...module.children.allTests('passed')]
        .filter((test) => test.diagnostic()?.flaky)
        .map((test) => `${module.relativeModuleId} > ${test.fullName}`),
    );
    fs.writeFileSync(process.env.FLAKY_FILE ?? '', JSON.stringify(names));
  }
}
