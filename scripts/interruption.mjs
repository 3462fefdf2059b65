// @ts-check
// What happens when somebody ends `npm test`: its runners end in an order that lets them clean up, and nothing stays behind.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from './watched-run.mjs';

const patienceMs = 15_000;
// One Ctrl-C reaches a program twice: from the terminal, and from the npm that has started it.
const sameMs = 1_000;

/** Follows what runs, and ends it on a signal; on a second one at once. */
export class Interruption {
  #folder;
  /** @type {Set<import('node:child_process').ChildProcess>} */
  #running = new Set();
  #controller = new AbortController();

  /** @param {string} folder below which databases may run, and which goes with this process */
  constructor(folder) {
    this.#folder = folder;
    process.once('exit', () =>
      fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
    );
    let firstMs = Infinity;
    for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(name, () => {
        const now = performance.now();
        if (now - firstMs > sameMs) this.#leaveAtOnce();
        else if (!this.signal.aborted) {
          firstMs = now;
          this.#end(name);
        }
      });
    }
  }

  /** Aborted when somebody has asked for the end, for work that is no child of ours. */
  get signal() {
    return this.#controller.signal;
  }

  /** @param {import('node:child_process').ChildProcess} child */
  follow(child) {
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
  }

  /** Nothing more begins when somebody has asked for the end. */
  async stay() {
    if (this.signal.aborted) await new Promise(() => {});
  }

  /** @param {NodeJS.Signals} name */
  #end(name) {
    this.#controller.abort();
    if (this.#running.size === 0) process.exit(130);
    for (const child of this.#running) {
      child.once('close', () => this.#running.size === 0 && void this.#leave(patienceMs));
      // Not its group: a runner ends its workers in an order that lets them clean up.
      child.kill(name);
    }
    setTimeout(() => this.#leaveAtOnce(), patienceMs).unref();
  }

  #leaveAtOnce() {
    for (const child of this.#running) signalGroup(child, 'SIGKILL');
    void this.#leave(0);
  }

  /** Where the databases of tests say that they run. */
  #databases() {
    return fs
      .readdirSync(this.#folder)
      .map((name) => path.join(this.#folder, name, 'database', 'postmaster.pid'))
      .filter((file) => fs.existsSync(file));
  }

  /**
   * Ends when the databases have: what stops them finds them by their folders, which go with us.
   * @param {number} msMax how long they may take
   */
  async #leave(msMax) {
    for (const endMs = performance.now() + msMax; performance.now() < endMs; await sleep(100))
      if (this.#databases().length === 0) break;
    for (const file of this.#databases()) {
      try {
        process.kill(Number.parseInt(fs.readFileSync(file, 'utf8'), 10), 'SIGQUIT');
      } catch {
        // It was killed, and has left its file.
      }
    }
    process.exit(130);
  }
}
