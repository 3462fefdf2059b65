import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { python } from '#testing/python/find-python.ts';
import { projectFolder } from './prepare.mjs';
import { runWatched } from './watched-run.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc-portal-reporters-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const inProject = (...parts: string[]) => path.join(projectFolder, ...parts);
const inModules = (...parts: string[]) => JSON.stringify(inProject('node_modules', ...parts));

/** Runs a test runner on its own files with the reporter that `npm test` uses. */
async function report(
  program: string,
  argsFor: (own: string) => string[],
  files: Record<string, string>,
  hangMs = 60_000,
) {
  const own = path.join(folder, randomUUID());
  fs.mkdirSync(own);
  for (const [name, source] of Object.entries(files)) fs.writeFileSync(path.join(own, name), source);
  let output = '';
  const { code, hung, record } = await runWatched(program, argsFor(own), {
    eventsFile: path.join(own, 'events.jsonl'),
    hangMs,
    print: (text) => (output += String(text)),
    env: { PYTHONDONTWRITEBYTECODE: '1' },
  });
  const named = (outcome: string) =>
    record.finished
      .filter((one) => one.outcome === outcome)
      .map(({ name }) => name.replace(/^.* > /, ''))
      .sort();
  return {
    code,
    hung,
    output,
    hasEnded: record.hasEnded,
    passed: named('passed'),
    failed: named('failed'),
    skipped: named('skipped'),
    retried: record.retried.map(({ name }) => name.replace(/^.* > /, '')),
  };
}

describe.concurrent('what a runner says of its tests', () => {
  test('Vitest: reports a file that failed although no test in it did', async ({ expect }) => {
    const api = inModules('vitest', 'dist', 'index.js');
    const { output, ...said } = await report(
      process.execPath,
      (own) => [
        inProject('node_modules', 'vitest', 'vitest.mjs'),
        'run',
        `--root=${own}`,
        `--reporter=${inProject('scripts', 'vitest-events.mjs')}`,
      ],
      {
        'vitest.config.mjs': 'export default {};',
        'outcomes.test.mjs': `
          import { expect, test } from ${api};
          let tries = 0;
          test('passes', () => {});
          test('fails', () => expect(1).toBe(2));
          test('fails at first', { retry: 1 }, () => expect((tries += 1)).toBe(2));
          test.skip('is skipped', () => {});
          test.todo('is to be written');`,
        'hook.test.mjs': `
          import { beforeAll, test } from ${api};
          beforeAll(() => { throw new Error('no'); });
          test('never begins', () => {});`,
        'unread.test.mjs': 'nonsense(;',
        'late.test.mjs': `
          import { test } from ${api};
          test('is long over', () => { setTimeout(() => { throw new Error('too late'); }); });
          test('waits', () => new Promise((resolve) => setTimeout(resolve, 100)));`,
      },
    );
    expect(said, output).toEqual({
      code: 1,
      hung: null,
      hasEnded: true,
      passed: ['fails at first', 'is long over', 'passes', 'waits'],
      failed: ['fails', 'hook.test.mjs', 'unhandled error: too late', 'unread.test.mjs'],
      skipped: ['is skipped', 'is to be written', 'never begins'],
      retried: ['fails at first'],
    });
  });

  test('Playwright: a test that did not run because of an earlier failure has not passed', async ({
    expect,
  }) => {
    const { output, ...said } = await report(
      process.execPath,
      (own) => [
        inProject('node_modules', '@playwright', 'test', 'cli.js'),
        'test',
        `--config=${path.join(own, 'playwright.config.mjs')}`,
        `--reporter=${inProject('scripts', 'playwright-events.mjs')}`,
      ],
      {
        'playwright.config.mjs': `export default { testDir: '.', retries: 1, workers: 1 };`,
        'stories.spec.mjs': `
          import { test, expect } from ${inModules('@playwright', 'test', 'index.mjs')};
          test('passes', () => {});
          test('fails at first', ({}, { retry }) => expect(retry).toBe(1));
          test('fails, then skips itself', ({}, { retry }) => {
            test.skip(retry === 1);
            throw new Error('no');
          });
          test('fails as expected', () => { test.fail(); throw new Error('no'); });
          test.skip('is skipped', () => {});
          test.describe.serial('in order', () => {
            test('comes first', () => {});
            test('fails', () => { throw new Error('no'); });
            test('comes after', () => {});
          });`,
      },
    );
    expect(said, output).toEqual({
      code: 1,
      hung: null,
      hasEnded: true,
      passed: ['comes first', 'fails as expected', 'fails at first', 'fails, then skips itself', 'passes'],
      failed: ['comes after (did not run)', 'fails'],
      skipped: ['is skipped'],
      retried: ['fails at first', 'fails, then skips itself'],
    });
  });

  const eventsOfPython = (own: string) => [inProject('scripts', 'python-events.py'), own];

  test.skipIf(python === null)('Python: also what happens around its tests', async ({ expect }) => {
    const { output, ...said } = await report(python!, eventsOfPython, {
      'test_outcomes.py': `
import unittest

class Outcomes(unittest.TestCase):
    def test_passes(self): pass
    def test_fails(self): self.fail()
    def test_breaks(self): raise OSError()
    def test_is_skipped(self): self.skipTest("why")
    def test_fails_in_part(self):
        with self.subTest(1): self.fail()
    def test_skips_a_part(self):
        with self.subTest(1): self.skipTest("why")
    @unittest.expectedFailure
    def test_passes_unexpectedly(self): pass

@unittest.skip("why")
class Skipped(unittest.TestCase):
    def test_never_begins(self): pass

class Unready(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError()
    def test_never_begins(self): pass
`,
    });
    const ofClass = (name: string) => `test_outcomes.Outcomes.test_${name}`;
    expect(said, output).toEqual({
      code: 1,
      hung: null,
      hasEnded: true,
      passed: [ofClass('passes'), ofClass('skips_a_part')],
      failed: [
        'setUpClass (test_outcomes.Unready)',
        ...['breaks', 'fails', 'fails_in_part', 'passes_unexpectedly'].map(ofClass),
      ],
      skipped: [ofClass('is_skipped'), 'test_outcomes.Skipped.test_never_begins'],
      retried: [],
    });
  });

  test.skipIf(python === null)('Python: a class that hangs before its first test', async ({ expect }) => {
    const { hung, output, passed } = await report(
      python!,
      eventsOfPython,
      {
        'test_hanging.py': `
import time
import unittest

class First(unittest.TestCase):
    def test_passes(self): pass

class Hanging(unittest.TestCase):
    @classmethod
    def setUpClass(cls): time.sleep(600)
    def test_never_begins(self): pass
`,
      },
      3_000,
    );
    expect(hung, output).toEqual(['test_hanging.Hanging: set up']);
    expect(passed).toEqual(['test_hanging.First.test_passes']);
  });
});
