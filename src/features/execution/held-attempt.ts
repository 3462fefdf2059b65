import type { FinishedAttempt, ClaimedRun } from '#data/run-queue.ts';
import { cleanMessage } from '#domain/message.ts';
import { redactSecrets } from '#domain/redaction.ts';
import { cleanText } from '#domain/excerpt.ts';
import { canceled, failed, type Outcome } from '#domain/run/outcome.ts';
import {
  noProgressYet,
  type ProgressThrottle,
  type RunProgress,
  throttleProgress,
} from '#domain/run/progress.ts';
import { AttemptTimeoutError, resultOf } from '#features/execution/attempt-result.ts';
import type { AttemptChannel } from '#features/execution/run-attempt.ts';
import { RunLog } from '#features/execution/run-log.ts';
import { CanceledError, LeaseLostError, ReleasedError } from '#features/execution/stop-reasons.ts';

type Settled = Outcome | 'released' | 'lost';

/** An attempt that this worker holds, with its lease, signal, timeout, log and progress. */
export class HeldAttempt {
  readonly run: ClaimedRun;
  readonly log: RunLog;
  /** Monotonic times of the lease. */
  leaseUntilMs: number;
  extendedAtMs: number;
  writtenLogVersion = 0;
  #throttle: ProgressThrottle = noProgressYet;
  #progress: RunProgress | null = null;
  readonly #secrets: readonly string[];
  readonly #controller = new AbortController();
  #settle: ((settled: Settled) => void) | undefined;
  #isSettled = false;
  #stop: 'canceled' | 'released' | null = null;

  constructor(run: ClaimedRun, claimedAtMs: number, leaseMs: number) {
    this.run = run;
    this.extendedAtMs = claimedAtMs;
    this.leaseUntilMs = claimedAtMs + leaseMs;
    this.#secrets = [...Object.values(run.secrets), run.signingSecret ?? '', run.attemptToken];
    this.log = new RunLog(this.#secrets);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Runs the handler until it finishes, times out, or `lose` or `cut` ends it. Never throws. */
  async execute(handler: (channel: AttemptChannel) => Promise<Outcome>): Promise<FinishedAttempt | null> {
    const settled = await this.#race(handler);
    if (settled === 'lost') return null;
    const { runId, attemptToken } = this.run;
    const log = this.log.version > 0 ? this.log.read() : null;
    this.#keep(throttleProgress(this.#throttle, null, new Date(), { flush: true }));
    const told = this.#progress;
    const kept = { ...(log && { log }), ...(told && { progress: told }) };
    if (settled === 'released') {
      return { runId, attemptToken, state: 'pending', attemptOutcome: 'released', delaySeconds: 0, ...kept };
    }
    const now = new Date();
    const facts = { now, random: Math.random(), secrets: this.#secrets };
    return { ...resultOf(this.run, settled, facts), ...kept };
  }

  async #race(handler: (channel: AttemptChannel) => Promise<Outcome>): Promise<Settled> {
    const { timeoutSeconds } = this.run;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Settled>((resolve) => {
        this.#settle = (settled) => {
          this.#isSettled = true;
          resolve(settled);
        };
        timer = setTimeout(() => {
          const error = new AttemptTimeoutError(timeoutSeconds);
          this.#controller.abort(error);
          this.#end(failed(error));
        }, timeoutSeconds * 1_000);
        const channel: AttemptChannel = {
          signal: this.#controller.signal,
          log: (line) => {
            if (!this.#isSettled) for (const part of String(line).split('\n')) this.log.write(part);
          },
          progress: (told) => this.#tell(told),
        };
        // A handler that throws before its first await must not throw here.
        Promise.resolve()
          .then(() => handler(channel))
          .then(
            (outcome) => this.#end(outcome),
            (error: unknown) => this.#end(failed(error)),
          );
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The first outcome counts. A handler that was asked to stop and did not succeed counts as stopped, whatever it threw. */
  #end(outcome: Outcome): void {
    if (this.#isSettled) return;
    if (this.#stop === null || outcome.kind === 'success') this.#settle?.(outcome);
    else this.#settle?.(this.#stop === 'released' ? 'released' : canceled());
  }

  #tell(told: RunProgress): void {
    if (!this.#isSettled) this.#keep(throttleProgress(this.#throttle, told, new Date()));
  }

  #keep({ throttle, write }: ReturnType<typeof throttleProgress>): void {
    this.#throttle = throttle;
    if (write === null) return;
    this.#progress = {
      ...write,
      note:
        write.note === null
          ? null
          : cleanMessage(write.note, (text) => redactSecrets(cleanText(text), this.#secrets)),
    };
  }

  /** Returns progress that must be written now, if any; keeps it until `wrote` confirms the write. */
  dueProgress(): RunProgress | null {
    this.#keep(throttleProgress(this.#throttle, null, new Date()));
    return this.#progress;
  }

  wrote(progress: RunProgress): void {
    if (this.#progress === progress) this.#progress = null;
  }

  /** Tells the handler that the run was canceled. It can still finish by itself until its timeout. */
  cancel(): void {
    if (this.#stop !== null || this.#isSettled) return;
    this.#stop = 'canceled';
    this.#controller.abort(new CanceledError());
  }

  /** Tells the handler that the worker is stopping. */
  release(): void {
    if (this.#isSettled) return;
    this.#stop ??= 'released';
    this.#controller.abort(new ReleasedError());
  }

  /** Returns the run to the queue although its handler has not finished. */
  cut(): void {
    if (!this.#isSettled) this.#settle?.(this.#stop === 'canceled' ? canceled() : 'released');
  }

  /** Ends the attempt because this worker no longer holds the run. */
  lose(): void {
    if (this.#isSettled) return;
    this.#settle?.('lost');
    this.#controller.abort(new LeaseLostError());
  }
}
