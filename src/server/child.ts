import { spawn, type ChildProcess } from 'node:child_process';
import type { LogFile } from '#server/log-file.ts';

/** One of our programs that the supervisor keeps running. */
export interface ChildOptions {
  readonly name: string;
  readonly file: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly log: LogFile;
  /** Copies the output to the screen, for development. */
  readonly toScreen?: boolean;
  readonly onRestart: (name: string, delay: number) => void;
  /** How long it may continue its work after it was asked to stop. */
  readonly graceMs?: number;
  /** Receives its messages except "ready". */
  readonly onMessage?: (message: unknown) => void;
}

const shortest = 200;
const longest = 10_000;
const healthyAfter = 30_000;

/** Restarts a process that ends by itself, with growing pauses. */
export class Restarter {
  #delay = shortest;
  #startedAt: number | null = null;
  #hasStarted = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Records that the process is running from now on. */
  started(): void {
    this.#startedAt = performance.now();
    this.#hasStarted = true;
  }

  /** Schedules the next start; does nothing after `stop`. */
  schedule(start: () => Promise<void>, onDelay: (delay: number) => void): void {
    if (this.#stopped) return;
    // Only time in which the process ran counts as healthy, not time spent in failing starts.
    const ranMs = this.#startedAt === null ? 0 : performance.now() - this.#startedAt;
    this.#startedAt = null;
    if (ranMs > healthyAfter) this.#delay = shortest;
    const delay = this.#delay;
    this.#delay = Math.min(this.#delay * 2, longest);
    onDelay(delay);
    this.#timer = setTimeout(() => {
      start().catch(() => this.schedule(start, onDelay));
    }, delay);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}

/** One Node process of the portal, restarted when it dies. */
export class Child {
  readonly #options: ChildOptions;
  readonly #restarter = new Restarter();
  #process: ChildProcess | undefined;
  #stopping = false;
  #tail = '';

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** The last lines of its output. */
  get tail(): string {
    return this.#tail;
  }

  /** Resolves when the process says that it is ready; from then on it is restarted if it ends. */
  async start(): Promise<void> {
    const { name, file, environment, cwd, log, toScreen, onRestart } = this.#options;
    this.#tail = '';
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      cwd,
      // Node's compile cache makes starts and restarts twice as fast (scripts/prepare.mjs).
      env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      windowsHide: true,
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        const text = String(chunk);
        this.#tail = (this.#tail + text).slice(-4_000);
        log.write(text);
        if (toScreen) process.stdout.write(text);
      });
    }
    let ready = false;
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.on('message', (message) => {
        if (message !== 'ready') return this.#options.onMessage?.(message);
        ready = true;
        this.#restarter.started();
        resolve();
      });
      child.once('exit', (code, signal) => {
        log.line(`${name} ended (${signal ?? code})`);
        if (!ready) reject(new Error(`${name} ended before it was ready`));
        else if (!this.#stopping) {
          this.#restarter.schedule(
            () => this.start(),
            (delay) => onRestart(name, delay),
          );
        }
      });
    });
  }

  /** Sends it a message; if it has just ended, the message is lost, which is fine. */
  tell(message: string): void {
    if (this.#process?.connected) this.#process.send(message, () => {});
  }

  /** Asks it to finish its work, and kills it after a while. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#restarter.stop();
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      const insist = setTimeout(() => child.kill('SIGKILL'), 12_000 + (this.#options.graceMs ?? 0));
      child.once('exit', () => {
        clearTimeout(insist);
        resolve();
      });
      // Unlike signals, which only kill on Windows, a message works everywhere.
      if (child.connected) child.send('stop');
      else child.kill('SIGTERM');
    });
  }
}
