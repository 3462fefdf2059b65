// @ts-check
// Handles an interrupted `npm test`: its runners end in an order that lets them clean up, and no process or folder is left
// over.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from './watched-run.mjs';

const patienceMs = 15_000;
// One Ctrl-C reaches a program twice: from the terminal and from the npm that started it.
const sameMs = 1_000;

/** Tracks running processes and ends them on a signal; a second signal ends them at once. */
export class Interruption {
  #folder;
  /** @type {Set<import('node:child_process').ChildProcess>} */
  #running = new Set();
  #controller = new AbortController();

  /** @param {string} folder below which databases may run; deleted when this process ends */
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

  /** Aborted when a signal arrives, for work that is not a child process. */
  get signal() {
    return this.#controller.signal;
  }

  /** @param {import('node:child_process').ChildProcess} child */
  follow(child) {
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
  }

  /** Starts nothing new after a signal. */
  async stay() {
    if (this.signal.aborted) await new Promise(() => {});
  }

  /** @param {NodeJS.Signals} name */
  #end(name) {
    this.#controller.abort();
    if (this.#running.size === 0) process.exit(130);
    for (const child of this.#running) {
      child.once('close', () => this.#running.size === 0 && void this.#leave(patienceMs));
      // Not the whole group: a runner ends its workers in an order that lets them clean up.
      child.kill(name);
    }
    setTimeout(() => this.#leaveAtOnce(), patienceMs).unref();
  }

  #leaveAtOnce() {
    for (const child of this.#running) signalGroup(child, 'SIGKILL');
    void this.#leave(0);
  }

  /** Finds the process id files of the tests' databases. */
  #databases() {
    return fs
      .readdirSync(this.#folder)
      .map((name) => path.join(this.#folder, name, 'database', 'postmaster.pid'))
      .filter((file) => fs.existsSync(file));
  }

  /**
   * Exits after the databases have stopped: the processes that stop them find them by their folders, which we delete at
   * exit.
   * @param {number} msMax how long they may take
   */
  async #leave(msMax) {
    for (const endMs = performance.now() + msMax; performance.now() < endMs; await sleep(100))
      if (this.#databases().length === 0) break;
    for (const file of this.#databases()) {
      try {
        process.kill(Number.parseInt(fs.readFileSync(file, 'utf8'), 10), 'SIGQUIT');
      } catch {
        // It was killed and left its file.
      }
    }
    process.exit(130);
  }
}
