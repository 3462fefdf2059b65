// @ts-check
// npm test: everything, on a machine that has Node and nothing else. The last line is the sum over all runners.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { onCurrentNode, projectFolder } from './prepare.mjs';

const minute = 60_000;
const started = Date.now();
/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @type {Counts} */
const sum = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const lines = [];
/** Tests that passed at a second try only: nothing to refuse a change for, and something to look at. */
/** @type {string[]} */
const flaky = [];
const reports = fs.mkdtempSync(path.join(os.tmpdir(), 'tc-portal-reports-'));
process.once('exit', () => fs.rmSync(reports, { recursive: true, force: true }));

/** What runs now, which must not outlive us: it cleans up after itself when it is told. */
/** @type {import('node:child_process').ChildProcess | null} */
let current = null;
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(name, () => {
    if (!current) process.exit(130);
    current.once('close', () => process.exit(130));
    current.kill(name);
    setTimeout(() => process.exit(130), 15_000).unref();
  });
}

/** @param {string} text */
function headline(text) {
  process.stdout.write(`\n── ${text} (${Math.round((Date.now() - started) / 1_000)} s) ──\n`);
}

/**
 * @param {string} name
 * @param {{ passed?: number, failed?: number, skipped?: number }} counts
 * @param {string} [remark]
 */
function add(name, { passed = 0, failed = 0, skipped = 0 }, remark = '') {
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped;
  const parts = [`${passed} passed`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])];
  lines.push(`${failed > 0 ? '✗' : '✓'} ${name}: ${parts.join(', ')}${remark && ` (${remark})`}`);
}

/**
 * Runs a program with a time limit; its output goes to the screen and is also answered.
 * @param {string} program
 * @param {string[]} args
 * @param {{ limit: number, env?: Record<string, string | undefined> }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
function runner(program, args, { limit, env = {} }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: projectFolder,
      env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    current = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + String(chunk)).slice(-200_000);
        process.stdout.write(chunk);
      });
    }
    const timer = setTimeout(() => {
      process.stdout.write(`\nStopped after ${limit / minute} minutes.\n`);
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 15_000).unref();
    }, limit);
    /** @param {number} code */
    const finish = (code) => {
      clearTimeout(timer);
      current = null;
      resolve({ code, output });
    };
    child.once('error', () => finish(127));
    child.once('close', (code) => finish(code ?? 1));
  });
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * A runner that ends badly without a failed test has crashed, and that counts.
 * @param {string} name
 * @param {number} code
 * @param {Counts | null} counts
 */
function addRunner(name, code, counts) {
  if (!counts) add(name, { failed: 1 }, 'the runner crashed');
  else if (code !== 0 && counts.failed === 0) add(name, { ...counts, failed: 1 }, 'the runner failed');
  else add(name, counts);
}

/**
 * Counts what a runner did. One that ended before its first test met something of this machine, such as a port that was taken
 * just then: it gets another try, and is named among those that needed one.
 * @param {string} name
 * @param {() => Promise<{ code: number, counts: Counts | null }>} attempt
 */
async function runTests(name, attempt) {
  let { code, counts } = await attempt();
  if (code !== 0 && (!counts || counts.passed + counts.failed === 0)) {
    process.stdout.write(`\n${name}: the runner ended before its first test, once more.\n`);
    flaky.push(`${name}: the runner ended before its first test`);
    ({ code, counts } = await attempt());
  }
  addRunner(name, code, counts);
}

/**
 * @param {string} name
 * @param {string[]} projects
 * @param {number} limit
 */
function runVitest(name, projects, limit) {
  const file = path.join(reports, `${projects.join('-')}.json`);
  const flakyFile = path.join(reports, `${projects.join('-')}-flaky.json`);
  return runTests(name, async () => {
    const { code } = await runner(
      process.execPath,
      [
        path.join('node_modules', 'vitest', 'vitest.mjs'),
        'run',
        ...projects.flatMap((project) => ['--project', project]),
        '--passWithNoTests',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${file}`,
        '--reporter=./scripts/flaky-reporter.mjs',
      ],
      { limit, env: { FLAKY_FILE: flakyFile } },
    );
    const report = readJson(file);
    flaky.push(...(readJson(flakyFile) ?? []));
    const counts = report && {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    };
    return { code, counts };
  });
}

async function runPython() {
  const tests = path.join('clients', 'python', 'tests');
  if (!fs.existsSync(path.join(projectFolder, tests))) return;
  headline('Python client');
  const names = process.platform === 'win32' ? ['py', 'python', 'python3'] : ['python3', 'python'];
  const python = names.find((name) => spawnSync(name, ['--version'], { windowsHide: true }).status === 0);
  if (!python) {
    process.stdout.write('Skipped: this machine has no Python.\n');
    add('Python client', { skipped: 1 }, 'no Python on this machine');
    return;
  }
  const { code, output } = await runner(python, ['-m', 'unittest', 'discover', '-s', tests], {
    limit: 6 * minute,
    env: { PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' },
  });
  const ran = /^Ran (\d+) tests?/m.exec(output);
  const last = /^(?:OK|FAILED)(?: \((.*)\))?\s*$/m.exec(output)?.[1] ?? '';
  const count = (/** @type {string} */ word) => Number(new RegExp(`${word}=(\\d+)`).exec(last)?.[1] ?? 0);
  const failed = count('failures') + count('errors') + count('unexpected successes');
  const skipped = count('skipped');
  addRunner('Python client', code, ran && { passed: Number(ran[1]) - failed - skipped, failed, skipped });
}

async function buildPages() {
  headline('Build');
  const { buildPages: build } = await import('../src/server/build.ts');
  const { LogFile } = await import('../src/server/log-file.ts');
  const log = new LogFile(path.join(reports, 'build.log'));
  try {
    const progress = (/** @type {number} */ seconds) => process.stdout.write(`  … ${seconds} s\n`);
    const built = await build(log, progress, AbortSignal.timeout(5 * minute));
    process.stdout.write(built ? 'The pages are built.\n' : 'The pages were built already.\n');
    add('Build', { passed: 1 });
    return true;
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    add('Build', { failed: 1 });
    return false;
  }
}

/**
 * The titles of tests in Playwright's report that failed at first and passed then.
 * @param {any} suite
 * @returns {string[]}
 */
function flakyBelow(suite) {
  const own = (suite.specs ?? [])
    .filter((/** @type {any} */ spec) =>
      spec.tests.some((/** @type {any} */ { status }) => status === 'flaky'),
    )
    .map((/** @type {any} */ spec) => `${spec.file}:${spec.line} > ${spec.title}`);
  return [...own, ...(suite.suites ?? []).flatMap(flakyBelow)];
}

async function runPlaywright() {
  if (!fs.existsSync(path.join(projectFolder, 'playwright.config.ts'))) return;
  headline('Browser');
  const { findBrowser } = await import('./browser.mjs');
  const browser = await findBrowser();
  if (!browser) {
    process.stdout.write(
      'No browser was found and none could be installed: set PLAYWRIGHT_CHROMIUM to its program.\n',
    );
    add('Browser tests', { failed: 1 }, 'no browser');
    return;
  }
  process.stdout.write(`With ${browser}\n`);
  const file = path.join(reports, 'playwright.json');
  const cli = path.join('node_modules', '@playwright', 'test', 'cli.js');
  await runTests('Browser tests', async () => {
    const { code } = await runner(process.execPath, [cli, 'test', '--reporter=list,json'], {
      limit: 9 * minute,
      env: {
        PLAYWRIGHT_CHROMIUM: browser,
        PLAYWRIGHT_JSON_OUTPUT_FILE: file,
        PLAYWRIGHT_JSON_OUTPUT_NAME: file,
        CI: '1',
      },
    });
    const report = readJson(file);
    const stats = report?.stats;
    flaky.push(...(report?.suites ?? []).flatMap(flakyBelow));
    const counts = stats && {
      passed: stats.expected + stats.flaky,
      failed: stats.unexpected,
      skipped: stats.skipped,
    };
    return { code, counts };
  });
}

await onCurrentNode(async () => {
  headline('Checks');
  const { runChecks } = await import('./checks.mjs');
  const checks = await runChecks();
  const failedChecks = checks.filter(({ passed }) => !passed).length;
  add('Checks', { passed: checks.length - failedChecks, failed: failedChecks });

  headline('Unit and database tests');
  await runVitest('Unit and database tests', ['unit', 'database'], 9 * minute);
  await runPython();
  if (await buildPages()) {
    headline('The portal as a whole');
    await runVitest('Portal tests', ['portal'], 6 * minute);
    await runPlaywright();
  } else {
    add('Portal and browser tests', { skipped: 1 }, 'there are no pages to test');
  }

  if (flaky.length > 0) lines.push('', 'Passed only at another try:', ...flaky.map((name) => `  ${name}`));
  const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : '';
  process.stdout.write(`\n${lines.join('\n')}\n\nTook ${Math.round((Date.now() - started) / 1_000)} s.\n`);
  process.stdout.write(`${sum.passed} passed, ${sum.failed} failed${skipped}\n`);
  return sum.failed === 0 ? 0 : 1;
});
