// @ts-check
// Checks that need no database. Two run at a time, because each keeps one core busy.
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { projectFolder } from './prepare.mjs';

/** @typedef {{ name: string, passed: boolean }} CheckResult */

/** @param {string[]} parts */
const tool = (...parts) => path.join(projectFolder, 'node_modules', ...parts);

const prettier = tool('prettier', 'bin', 'prettier.cjs');
const eslint = tool('eslint', 'bin', 'eslint.js');
const next = tool('next', 'dist', 'bin', 'next');
const typescript = tool('typescript', 'bin', 'tsc');
const knip = tool('knip', 'bin', 'knip.js');
const cache = tool('.cache');

/** @type {[name: string, commands: string[][]][]} */
const checks = [
  [
    'lint',
    [[eslint, '.', '--cache', '--cache-location', path.join(cache, 'eslint/'), '--max-warnings', '0']],
  ],
  [
    'types',
    [
      [next, 'typegen'],
      [typescript, '--noEmit'],
    ],
  ],
  ['format', [[prettier, '--check', '.', '--cache', '--log-level', 'warn']]],
  ['unused', [[knip], [knip, '--production']]],
];

/**
 * @param {string[]} command
 * @param {(child: import('node:child_process').ChildProcess) => void} onStart
 * @returns {Promise<{ code: number, output: string }>}
 */
function quietly(command, onStart) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, {
      cwd: projectFolder,
      env: {
        ...process.env,
        NEXT_TELEMETRY_DISABLED: '1',
        NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    onStart(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * @param {string} name
 * @param {string[][]} commands
 * @param {(child: import('node:child_process').ChildProcess) => void} onStart
 * @returns {Promise<CheckResult>}
 */
async function check(name, commands, onStart) {
  const started = Date.now();
  for (const command of commands) {
    const { code, output } = await quietly(command, onStart);
    if (code === 0) continue;
    process.stdout.write(`✗ ${name}\n${output.trimEnd()}\n\n`);
    return { name, passed: false };
  }
  process.stdout.write(`✓ ${name} (${((Date.now() - started) / 1_000).toFixed(1)} s)\n`);
  return { name, passed: true };
}

/**
 * Runs all checks, printing the output of those that fail.
 * @param {[name: string, commands: string[][]][]} [more]
 * @param {(child: import('node:child_process').ChildProcess) => void} [onStart] is called with each process
 * @returns {Promise<CheckResult[]>}
 */
export async function runChecks(more = [], onStart = () => {}) {
  const waiting = [...checks, ...more];
  /** @type {CheckResult[]} */
  const results = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      results.push(await check(...next, onStart));
  };
  await Promise.all([work(), work()]);
  return results;
}
