import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { projectFolder } from './prepare.mjs';
import { runWatched } from './watched-run.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc-portal-watched-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const eventsAddress = new URL('test-events.mjs', import.meta.url).href;

/** Runs a program that writes events: `say` writes one, `later` waits. */
async function watch(source: string, hangMs: number) {
  const file = path.join(folder, `runner-${randomUUID()}.mjs`);
  fs.writeFileSync(
    file,
    `import { writeTestEvent as say } from ${JSON.stringify(eventsAddress)};
    const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const started = (key) => say({ event: 'started', key, name: 'test ' + key });
    const finished = (key, outcome, durationMs = 1) => say({ event: 'finished', key, name: 'test ' + key, outcome, durationMs });
    ${source}`,
  );
  let output = '';
  const run = await runWatched(process.execPath, [file], {
    eventsFile: `${file}.jsonl`,
    hangMs,
    print: (text) => (output += String(text)),
  });
  return { ...run, output };
}

describe.concurrent('a run of tests that is watched', () => {
  test('counts outcomes, and names the tests that passed only at a second try', async ({ expect }) => {
    const { code, record, hung } = await watch(
      `started('日本'); finished('日本', 'passed');
      started('b'); finished('b', 'failed'); started('b'); finished('b', 'passed');
      started('c'); finished('c', 'failed'); started('c'); finished('c', 'failed');
      finished('d', 'skipped');
      const file = (name, outcome) => say({ event: 'finished', key: name, name, isFile: true, outcome, durationMs: 0 });
      say({ event: 'finished', key: 'e', name: 'e.ts > e', outcome: 'failed', durationMs: 1 });
      file('a.ts', 'passed'); file('e.ts', 'failed'); file('unread.ts', 'failed');
      process.exit(3);`,
      60_000,
    );
    expect({ code, hung }).toEqual({ code: 3, hung: null });
    expect(record.counts).toEqual({ passed: 2, failed: 3, skipped: 1 });
    const failures = record.finished.filter(({ outcome }) => outcome === 'failed');
    expect(failures.map(({ name }) => name)).toEqual(['test c', 'e.ts > e', 'unread.ts']);
    expect(record.retried.map(({ name }) => name)).toEqual(['test b']);
    expect(record.finished.map(({ name }) => name)).toContain('test 日本');
  });

  test('may run much longer than the limit for a hang while it makes progress', async ({ expect }) => {
    const { code, record, hung } = await watch(
      `for (let n = 0; n < 12; n += 1) { started(n); await later(250); finished(n, 'passed'); }
      for (let n = 0; n < 4; n += 1) { await later(250); say({ event: 'moved' }); }
      say({ event: 'ended' });`,
      2_000,
    );
    expect({ code, hung, passed: record.counts.passed }).toEqual({ code: 0, hung: null, passed: 12 });
    expect(record.hasEnded).toBe(true);
  });

  test('ends with its runner, although a process that the runner left running holds its output', async ({
    expect,
  }) => {
    const { code, record } = await watch(
      `const { spawn } = await import('node:child_process');
      const left = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20_000)'], { stdio: 'inherit', detached: true });
      left.unref();
      started('a'); finished('a', 'passed');`,
      60_000,
    );
    expect({ code, passed: record.counts.passed, hasEnded: record.hasEnded }).toEqual({
      code: 0,
      passed: 1,
      hasEnded: false,
    });
  });

  test('is ended when it makes no progress, names the test that hung, and keeps the earlier results', async ({
    expect,
  }) => {
    const { record, hung, output } = await watch(
      `started('a'); finished('a', 'passed'); started('b'); setInterval(() => {}, 1000);`,
      1_500,
    );
    expect(hung).toEqual(['test b']);
    expect(output).toContain('Hung: test b');
    expect(record.counts).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });
});

test
  .skipIf(process.platform === 'win32')
  .concurrent('a test in an endless loop is named, and its process is killed', async ({ expect }) => {
    const name = `hangs ${process.pid}`;
    const file = path.join(folder, 'endless.test.mjs');
    const config = path.join(folder, 'vitest.config.mjs');
    fs.writeFileSync(config, 'export default {};');
    const vitest = path.join(projectFolder, 'node_modules', 'vitest', 'vitest.mjs');
    const api = path.join(projectFolder, 'node_modules', 'vitest', 'dist', 'index.js');
    fs.writeFileSync(
      file,
      `import { test } from ${JSON.stringify(api)};
      test('passes', () => {});
      test(${JSON.stringify(name)}, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        for (;;);
      });`,
    );
    let output = '';
    const reporter = `--reporter=${path.join(projectFolder, 'scripts', 'vitest-events.mjs')}`;
    const { hung, record } = await runWatched(
      process.execPath,
      [vitest, 'run', `--root=${folder}`, `--config=${config}`, reporter],
      {
        eventsFile: path.join(folder, 'endless.jsonl'),
        hangMs: 6_000,
        print: (text) => (output += String(text)),
      },
    );
    expect(hung, output).toEqual([expect.stringContaining(name)]);
    expect(record.counts).toMatchObject({ passed: 1, failed: 0 });
    const left = spawnSync('ps', ['-eo', 'args='], { encoding: 'utf8' }).stdout.split('\n');
    expect(left.filter((line) => line.includes(folder))).toEqual([]);
  });
