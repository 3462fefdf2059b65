// @ts-check
// Runs a test runner without a time limit, and ends it only if it no longer makes progress.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { projectFolder } from './prepare.mjs';
import { TestRecord } from './test-events.mjs';

// How often the events of a reporter are read.
const lookMs = 200;
// How long nothing may be printed.
const silentMsMax = 20_000;
const msToEndAfterTerm = 15_000;
const msToCloseAfterExit = 5_000;

/**
 * Describes a hang for people.
 * @param {TestRecord} record
 */
function describeRunning({ running }) {
  return running.map(({ name, seconds }) => `${name} (${seconds} s)`).join(', ');
}

/**
 * Signals a program and every process in its group; on Windows only the program.
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} name
 */
export function signalGroup(child, name) {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, name);
    else child.kill(name);
  } catch {
    // It leads no group, or has already ended.
    child.kill(name);
  }
}

/**
 * @typedef {object} WatchedRun
 * @property {number} code of the exit
 * @property {TestRecord} record
 * @property {string[] | null} hung the tests that hung, if it was ended for that
 */

/**
 * Runs a program whose reporter writes test events and prints its output. If it is silent, a line says which tests are
 * running.
 * @param {string} program
 * @param {string[]} args
 * @param {object} options
 * @param {string} options.eventsFile where the reporter writes
 * @param {number} options.hangMs how long no test may start or finish before the run counts as hung
 * @param {Record<string, string | undefined>} [options.env]
 * @param {(text: string | Uint8Array) => void} [options.print]
 * @param {(child: import('node:child_process').ChildProcess) => void} [options.onStart]
 * @returns {Promise<WatchedRun>}
 */
export function runWatched(program, args, options) {
  const { eventsFile, hangMs, env = {}, print = (text) => process.stdout.write(text), onStart } = options;
  const record = new TestRecord(eventsFile);
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: projectFolder,
      env: { ...process.env, TEST_EVENTS_FILE: eventsFile, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own group, so that killing a hung runner also kills its workers.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    onStart?.(child);
    let printedMs = performance.now();
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        printedMs = performance.now();
        print(chunk);
      });
    }
    /** @type {NodeJS.Timeout | undefined} */
    let exitTimer;
    /** @type {string[] | null} */
    let hung = null;
    const watch = setInterval(() => {
      record.read();
      const now = performance.now();
      if (hung === null && now - record.lastEventMs > hangMs) {
        hung = record.running.map(({ name }) => name);
        print(`\nNothing has begun or ended for ${Math.round(hangMs / 1_000)} s. `);
        print(hung.length > 0 ? `Hung: ${describeRunning(record)}\n` : 'No test was running.\n');
        child.kill('SIGTERM');
        setTimeout(() => signalGroup(child, 'SIGKILL'), msToEndAfterTerm).unref();
      } else if (now - printedMs > silentMsMax) {
        printedMs = now;
        const { passed, failed } = record.counts;
        const done = `${Math.round((now - startedMs) / 1_000)} s, ${passed} passed, ${failed} failed`;
        print(`  … ${done}${record.running.length > 0 ? `; running: ${describeRunning(record)}` : ''}\n`);
      }
    }, lookMs);
    /** @param {number | null} code */
    const finish = (code) => {
      // Its output may still close long after it was given up, when nobody keeps its events any more.
      child.off('close', finish);
      clearInterval(watch);
      clearTimeout(exitTimer);
      // Its output may close much later, when somebody else may have deleted what it wrote.
      child.off('close', finish);
      record.read();
      resolve({ code: code ?? 1, record, hung });
    };
    child.once('error', () => finish(127));
    child.once('close', finish);
    // A process that it left running may keep its output open for ever.
    child.once('exit', (code) => (exitTimer = setTimeout(finish, msToCloseAfterExit, code)));
  });
}
