// @ts-check
// Events that test runners write while they run: one line of JSON per event, appended to the file that TEST_EVENTS_FILE
// names. Vitest, Playwright and unittest each have a reporter that writes them; `npm test` reads them.
import fs from 'node:fs';
import process from 'node:process';

/**
 * @typedef {{ event: 'started', key: string, name: string, isFile?: boolean }} Started `isFile` for a file of tests
 * @typedef {object} Finished
 * @property {'finished'} event
 * @property {string} key of the test, the same at each try
 * @property {string} name
 * @property {boolean} [isFile]
 * @property {'passed' | 'failed' | 'skipped'} outcome
 * @property {number} durationMs
 * @property {boolean} [neededRetry] it failed at first
 * @typedef {{ event: 'moved' }} Moved something else has ended, such as a hook
 * @typedef {{ event: 'ended' }} Ended the runner has come to its own end
 * @typedef {Started | Finished | Moved | Ended} TestEvent
 */

/** @param {TestEvent} event */
export function writeTestEvent(event) {
  const file = process.env.TEST_EVENTS_FILE;
  if (file) fs.appendFileSync(file, `${JSON.stringify(event)}\n`);
}

/** Reads such a file while it grows and records its events. */
export class TestRecord {
  /** @type {string} */
  #file;
  #bytesRead = 0;
  #rest = '';
  /** What runs now, by key. @type {Map<string, { name: string, isFile: boolean, sinceMs: number }>} */
  #running = new Map();
  /** The last outcome of each test. @type {Map<string, Finished>} */
  #finished = new Map();
  /** When a test last started or finished. */
  lastEventMs = performance.now();
  /** Whether the runner finished by itself and was not interrupted. */
  hasEnded = false;

  /** @param {string} file */
  constructor(file) {
    this.#file = file;
    fs.writeFileSync(file, '');
  }

  /** Reads the events written since the last call. */
  read() {
    const descriptor = fs.openSync(this.#file, 'r');
    try {
      const bytes = Buffer.alloc(fs.fstatSync(descriptor).size - this.#bytesRead);
      if (bytes.length === 0) return;
      this.#bytesRead += fs.readSync(descriptor, bytes, 0, bytes.length, this.#bytesRead);
      const lines = (this.#rest + bytes.toString('latin1')).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(Buffer.from(line, 'latin1').toString('utf8')));
    } finally {
      fs.closeSync(descriptor);
    }
  }

  /** @param {TestEvent} event */
  #take(event) {
    this.lastEventMs = performance.now();
    if (event.event === 'ended') this.hasEnded = true;
    if (event.event === 'ended' || event.event === 'moved') return;
    if (event.event === 'started') {
      const { name, isFile = false } = event;
      this.#running.set(event.key, { name, isFile, sinceMs: performance.now() });
      return;
    }
    this.#running.delete(event.key);
    // A file that could not be read, or whose hooks failed, counts as failed although none of its tests did.
    if (event.isFile && (event.outcome !== 'failed' || this.#hasFailureIn(event.name))) return;
    const before = this.#finished.get(event.key);
    const neededRetry = event.neededRetry || before?.neededRetry || before?.outcome === 'failed';
    this.#finished.set(event.key, { ...event, neededRetry });
  }

  /** @param {string} file */
  #hasFailureIn(file) {
    return this.finished.some(({ name, outcome }) => outcome === 'failed' && name.startsWith(`${file} > `));
  }

  /** Names of the running tests, the longest first, or of their files if no running test is known. */
  get running() {
    const all = [...this.#running.values()].sort((a, b) => a.sinceMs - b.sinceMs);
    const tests = all.filter(({ isFile }) => !isFile);
    return (tests.length > 0 ? tests : all).map(({ name, sinceMs }) => ({
      name,
      seconds: Math.round((performance.now() - sinceMs) / 1_000),
    }));
  }

  get finished() {
    return [...this.#finished.values()];
  }

  get counts() {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const { outcome } of this.#finished.values()) counts[outcome] += 1;
    return counts;
  }

  /** Tests that passed only at a second try. */
  get retried() {
    return this.finished.filter(({ outcome, neededRetry }) => outcome === 'passed' && neededRetry);
  }
}
