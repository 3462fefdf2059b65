// @ts-check
// npm test: runs everything on a machine that has only Node. The last line is the sum over all runners.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Interruption } from './interruption.mjs';
import { onCurrentNode } from './prepare.mjs';
import { runWatched } from './watched-run.mjs';

// A stage has no time limit. It is ended only if no test started or finished for this long, which is longer than the
// limit of any test or hook, retries included.
const hangMs = 5 * 60_000;
const slowestCount = 20;

const startedMs = performance.now();
const secondsSince = (/** @type {number} */ ms) => Math.round((performance.now() - ms) / 1_000);

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {number} seconds
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string} remark
 */
/** @type {Stage[]} */
const stages = [];
/** @type {import('./test-events.mjs').Finished[]} */
const finished = [];
/** Tests that passed at a second try only, which is a defect all the same. @type {string[]} */
const retried = [];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc-portal-tests-'));
const interruption = new Interruption(folder);

/**
 * @param {string} name
 * @param {number} seconds
 * @param {{ passed?: number, failed?: number, skipped?: number }} counts
 * @param {string} [remark]
 */
function addStage(name, seconds, { passed = 0, failed = 0, skipped = 0 }, remark = '') {
  stages.push({ name, seconds, passed, failed, skipped, remark });
}

/** @param {string} name */
function headline(name) {
  process.stdout.write(`\n── ${name} (${secondsSince(startedMs)} s) ──\n`);
}

/**
 * Runs a stage of tests. A runner that exits with an error without a failed test has crashed, which counts as a
 * failure; a hung test counts as failed and is named.
 * @param {string} name
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [env]
 * @param {(text: string | Uint8Array) => void} [print]
 */
async function runTests(name, program, args, env = {}, print = undefined) {
  const stageMs = performance.now();
  const { code, record, hung } = await runWatched(program, args, {
    eventsFile: path.join(folder, `${name.replaceAll(/\W+/g, '-')}.jsonl`),
    hangMs,
    env: { NODE_OPTIONS: '--disable-warning=ExperimentalWarning', ...env },
    ...(print && { print }),
    onStart: (child) => interruption.follow(child),
  });
  await interruption.stay();
  const counts = record.counts;
  let remark = '';
  if (hung !== null) {
    counts.failed += Math.max(1, hung.length);
    remark = `hung: ${hung.join(', ') || 'the runner itself'}`;
  } else if (!record.hasEnded) {
    counts.failed += 1;
    const during = record.running.map((test) => test.name).join(', ');
    remark = `the runner ended in the middle, with code ${code}${during && `, during ${during}`}`;
  } else if (code !== 0 && counts.failed === 0) {
    counts.failed += 1;
    remark = `the runner failed with code ${code}`;
  } else if (counts.passed + counts.failed === 0) {
    counts.failed += 1;
    remark = 'no test ran';
  }
  finished.push(...record.finished);
  retried.push(...record.retried.map((test) => test.name));
  addStage(name, secondsSince(stageMs), counts, remark);
}

/**
 * @param {string} name
 * @param {string[]} projects
 */
function runVitest(name, projects) {
  headline(name);
  return runTests(name, process.execPath, [
    path.join('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--allowOnly=false',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=./scripts/vitest-events.mjs',
  ]);
}

async function runChecks() {
  headline('Checks');
  const stageMs = performance.now();
  const { runChecks: run } = await import('./checks.mjs');
  const checks = await run([], (child) => interruption.follow(child));
  await interruption.stay();
  const failed = checks.filter(({ passed }) => !passed).length;
  addStage('Checks', secondsSince(stageMs), { passed: checks.length - failed, failed });
}

/**
 * Runs the tests of the Python client in parallel with another stage, because they mostly wait.
 * @returns {Promise<() => void>} prints their output, which would otherwise be mixed with that of the other stage
 */
async function runPython() {
  /** @type {(string | Uint8Array)[]} */
  const output = [];
  const name = 'Python client';
  const programs = process.platform === 'win32' ? ['py', 'python', 'python3'] : ['python3', 'python'];
  const python = programs.find(
    (program) => spawnSync(program, ['--version'], { windowsHide: true }).status === 0,
  );
  if (!python) {
    addStage(name, 0, { skipped: 1 }, 'no Python on this machine');
    return () => {};
  }
  const args = [path.join('scripts', 'python-events.py'), path.join('clients', 'python', 'tests')];
  const env = { PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' };
  await runTests(name, python, args, env, (text) => output.push(text));
  return () => {
    headline(name);
    for (const text of output) process.stdout.write(text);
  };
}

async function buildPages() {
  headline('Build');
  const stageMs = performance.now();
  const { buildPages: build } = await import('../src/server/build.ts');
  const { LogFile } = await import('../src/server/log-file.ts');
  const log = new LogFile(path.join(folder, 'build.log'));
  let isBuilt = false;
  try {
    const progress = (/** @type {number} */ seconds) => process.stdout.write(`  … ${seconds} s\n`);
    const signal = AbortSignal.any([interruption.signal, AbortSignal.timeout(2 * hangMs)]);
    const built = await build(log, progress, signal);
    process.stdout.write(built ? 'The pages are built.\n' : 'The pages were already built.\n');
    isBuilt = true;
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
  addStage('Build', secondsSince(stageMs), isBuilt ? { passed: 1 } : { failed: 1 });
  return isBuilt;
}

async function runPlaywright() {
  const name = 'Browser tests';
  headline('Browser');
  const browserMs = performance.now();
  const { findBrowser } = await import('./browser.mjs');
  const browser = await findBrowser();
  if (!browser) {
    process.stdout.write(
      'No browser was found and none could be installed: set PLAYWRIGHT_CHROMIUM to its program.\n',
    );
    return addStage(name, secondsSince(browserMs), { failed: 1 }, 'no browser');
  }
  process.stdout.write(`With ${browser.executablePath ?? 'Playwright’s own'}\n`);
  addStage('Browser', secondsSince(browserMs), {});
  const cli = path.join('node_modules', '@playwright', 'test', 'cli.js');
  const args = [cli, 'test', '--forbid-only', '--reporter=list,./scripts/playwright-events.mjs'];
  headline(name);
  await runTests(name, process.execPath, args, { PLAYWRIGHT_CHROMIUM: browser.executablePath });
}

/** @param {Stage} stage */
function describeStage({ name, seconds, passed, failed, skipped, remark }) {
  const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  const mark = failed > 0 ? '✗' : '✓';
  return `${mark} ${name.padEnd(26)} ${String(seconds).padStart(5)} s  ${counts}${remark && ` (${remark})`}`;
}

/** Prints what ran, what was slow and what was unstable. Returns the number of failures. */
function summarize() {
  const slowest = [...finished].sort((a, b) => b.durationMs - a.durationMs).slice(0, slowestCount);
  const lines = [
    `The slowest ${slowest.length} tests:`,
    ...slowest.map(
      ({ durationMs, name }) => `  ${(durationMs / 1_000).toFixed(1).padStart(6)} s  ${name.slice(0, 160)}`,
    ),
    '',
  ];
  const failures = finished.filter(({ outcome }) => outcome === 'failed');
  if (failures.length > 0) lines.push('Failed:', ...failures.map(({ name }) => `  ${name}`), '');
  if (retried.length > 0)
    lines.push('Passed only at a second try, a defect to mend:', ...retried.map((name) => `  ${name}`), '');
  lines.push(...stages.map(describeStage));
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ count) =>
    stages.reduce((total, stage) => total + stage[count], 0);
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  process.stdout.write(`\n${lines.join('\n')}\n\nTook ${secondsSince(startedMs)} s.\n`);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed${skipped}\n`);
  return sum('failed');
}

await onCurrentNode(async () => {
  // All files of the tests are below our own folder and are deleted with it. PostgreSQL may run as another user and
  // must have access.
  fs.chmodSync(folder, 0o755);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
  await runChecks();
  await runVitest('Unit and database tests', ['unit', 'database']);
  const [isBuilt, showPython] = await Promise.all([buildPages(), runPython()]);
  showPython();
  if (isBuilt) {
    await runVitest('Portal tests', ['portal']);
    await runPlaywright();
  } else {
    addStage('Portal and browser tests', 0, { skipped: 1 }, 'there are no pages to test');
  }
  return summarize() === 0 ? 0 : 1;
});
