import { spawn, type ChildProcess } from 'node:child_process';
import type { LogFile } from '#server/log-file.ts';

/** A program of ours that the supervisor keeps alive. */
export interface ChildOptions {
  readonly name: string;
  readonly file: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly log: LogFile;
  /** Copies the output to the screen, for development. */
  readonly toScreen?: boolean;
  readonly onRestart: (name: string, delay: number) => void;
  /** How long it may go on with its work after it was asked to stop. */
  readonly graceMs?: number;
  /** Hears what it says beside being ready. */
  readonly onMessage?: (message: unknown) => void;
}

const shortest = 200;
const longest = 10_000;
const healthyAfter = 30_000;

/** Starts again, with growing pauses, whatever ends by itself. */
export class Restarter {
  #delay = shortest;
  #startedAt: number | null = null;
  #hasStarted = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Notes that the thing runs from now on. */
  started(): void {
    this.#startedAt = performance.now();
    this.#hasStarted = true;
  }

  /** Plans the next start; nothing happens once `stop` was called. */
  schedule(start: () => Promise<void>, onDelay: (delay: number) => void): void {
    if (this.#stopped) return;
    // Only time in which the thing ran makes it healthy, not time in which its start failed again and again.
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

  /** The last lines that it wrote. */
  get tail(): string {
    return this.#tail;
  }

  /** Resolves when the process says that it works; from then on it is kept alive. */
  async start(): Promise<void> {
    const { name, file, environment, cwd, log, toScreen, onRestart } = this.#options;
    this.#tail = '';
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      cwd,
      // What Node has compiled before makes a start, and so a restart, twice as fast (scripts/prepare.mjs).
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

  /** Says something to it; a process that is just gone need not hear it. */
  tell(message: string): void {
    if (this.#process?.connected) this.#process.send(message, () => {});
  }

  /** Asks it to finish what it does, and insists after a while. */
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
      // A message also works on Windows, where signals only kill.
      if (child.connected) child.send('stop');
      else child.kill('SIGTERM');
    });
  }
}
