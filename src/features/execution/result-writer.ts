import type { ServiceClient } from '#data/clients/service.ts';
import { type AttemptResult, finishAttempts } from '#data/run-queue.ts';
import { DatabaseError } from '#data/unwrap.ts';
import { UnavailableError } from '#domain/errors.ts';
import { describeError, writeLog } from '#http/log.ts';

interface Entry {
  result: AttemptResult;
  /** When the lease is surely over; tells the result's keeper about heartbeats that came later. */
  leaseUntilMs: () => number;
  done: (isWritten: boolean) => void;
}

const resultsPerCallMax = 100;
const callsInFlightMax = 2;
const gatherMs = 3;
const callMsMax = 15_000;
/** While the database is away nobody can take a run over, so a result is worth keeping for longer than its lease. */
const keepAfterLeaseMs = 120_000;
const retryMsMin = 100;
const retryMsMax = 2_000;

/**
 * Ends attempts in batches. While the database is away a result is kept and tried again until its lease is surely lost;
 * if the lease is lost sooner, the database refuses the result by its token.
 */
export class ResultWriter {
  readonly #client: ServiceClient;
  #waiting: Entry[] = [];
  #unwritten = 0;
  #callsInFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  #retryMs = retryMsMin;
  #isPaused = false;

  constructor(client: ServiceClient) {
    this.#client = client;
  }

  /** Results that are not known to be written yet. */
  get unwritten(): number {
    return this.#unwritten;
  }

  /** Answers whether the result counts; false when the lease was lost. Never throws. */
  write(result: AttemptResult, leaseUntilMs: () => number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#unwritten += 1;
      this.#waiting.push({
        result,
        leaseUntilMs,
        done: (isWritten) => {
          this.#unwritten -= 1;
          resolve(isWritten);
        },
      });
      if (this.#waiting.length >= resultsPerCallMax) this.#flush();
      else this.#plan(gatherMs);
    });
  }

  #plan(delayMs: number): void {
    if (this.#timer || this.#isPaused) return;
    this.#timer = setTimeout(() => this.#flush(), delayMs);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (!this.#isPaused && this.#waiting.length > 0 && this.#callsInFlight < callsInFlightMax) {
      void this.#call(this.#waiting.splice(0, resultsPerCallMax));
    }
  }

  async #call(batch: Entry[]): Promise<void> {
    this.#callsInFlight += 1;
    try {
      await this.#send(batch);
      this.#retryMs = retryMsMin;
    } catch (error) {
      this.#keep(batch, error);
    } finally {
      this.#callsInFlight -= 1;
      if (this.#waiting.length > 0) this.#plan(this.#callsInFlight > 0 ? gatherMs : 0);
    }
  }

  #keep(batch: Entry[], error: unknown): void {
    const now = performance.now();
    const kept = batch.filter((entry) => entry.leaseUntilMs() + keepAfterLeaseMs > now);
    for (const entry of batch) if (!kept.includes(entry)) entry.done(false);
    writeLog('warn', 'results_not_written', {
      kept: kept.length,
      dropped: batch.length - kept.length,
      ...describeError(error),
    });
    this.#waiting.unshift(...kept);
    this.#isPaused = true;
    setTimeout(
      () => {
        this.#isPaused = false;
        this.#flush();
      },
      this.#retryMs * (0.5 + Math.random()),
    );
    this.#retryMs = Math.min(this.#retryMs * 2, retryMsMax);
  }

  // A batch that is refused for its data is halved until the result to blame stands alone, so that it fails no other.
  async #send(batch: Entry[]): Promise<void> {
    try {
      const results = batch.map((entry) => entry.result);
      const written = new Set(await finishAttempts(this.#client, results, AbortSignal.timeout(callMsMax)));
      for (const entry of batch) entry.done(written.has(entry.result.runId));
    } catch (error) {
      const isPassing = error instanceof DatabaseError && error.code?.startsWith('40');
      if (error instanceof UnavailableError || isPassing) throw error;
      const [only] = batch;
      if (batch.length === 1 && only) {
        await this.#sendPlain(only, error);
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await this.#send(batch.slice(0, middle));
      await this.#send(batch.slice(middle));
    }
  }

  /** What the database refuses to store must not keep the run from ending: only the fact that it failed is written. */
  async #sendPlain(entry: Entry, refusal: unknown): Promise<void> {
    const { runId, attemptToken, state } = entry.result;
    writeLog('error', 'result_refused', { run_id: runId, ...describeError(refusal) });
    const message = 'The database refused what the run answered';
    const plain: AttemptResult = {
      runId,
      attemptToken,
      state: state === 'canceled' ? 'canceled' : 'failed',
      attemptOutcome: state === 'canceled' ? 'canceled' : 'failed',
      message,
      error: { name: 'ResultRefusedError', message, stack: null },
    };
    try {
      const written = await finishAttempts(this.#client, [plain], AbortSignal.timeout(callMsMax));
      entry.done(written.includes(runId));
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      writeLog('error', 'result_dropped', { run_id: runId, ...describeError(error) });
      entry.done(false);
    }
  }
}
