import { Batcher } from '#data/batcher.ts';
import type { ServiceClient } from '#data/clients/service.ts';
import { type FinishedAttempt, finishAttempts } from '#data/run-queue.ts';
import { UnavailableError } from '#domain/errors.ts';
import { say } from '#domain/portal-messages.ts';
import { describeError, writeLog } from '#http/log.ts';

interface Item {
  result: FinishedAttempt;
  /** Returns when the lease has certainly expired, including later heartbeats. */
  leaseUntilMs: () => number;
}

/** While the database is unavailable no worker can take over a run, so a result is worth keeping beyond its lease. */
const keepAfterLeaseMs = 120_000;

const isPassing = (error: unknown): boolean => error instanceof UnavailableError;

/**
 * Writes results of attempts in batches. While the database is unavailable, keeps a result and retries until its lease
 * has certainly expired. If the lease was lost earlier, the database refuses the result by its token.
 */
export class ResultWriter {
  readonly #batcher: Batcher<Item, boolean>;
  #unwritten = 0;

  constructor(client: ServiceClient) {
    this.#batcher = new Batcher<Item, boolean>({
      send: async (items, signal) => {
        const results = items.map(({ result }) => result);
        const written = new Set(await finishAttempts(client, results, signal));
        return results.map(({ runId }) => written.has(runId));
      },
      itemsPerCallMax: 100,
      callsInFlightMax: 2,
      callMsMax: 15_000,
      gatherMs: 3,
      isPassing,
      again: {
        isWorthwhile: ({ leaseUntilMs }) => leaseUntilMs() + keepAfterLeaseMs > performance.now(),
        msMin: 100,
        msMax: 2_000,
        onFailure: (error, counts) =>
          writeLog('warn', 'results_not_written', { ...counts, ...describeError(error) }),
      },
    });
  }

  /** The number of results whose write is not confirmed yet. */
  get unwritten(): number {
    return this.#unwritten;
  }

  /** Returns whether the result counts; false if the lease was lost. Never throws. */
  async write(result: FinishedAttempt, leaseUntilMs: () => number): Promise<boolean> {
    this.#unwritten += 1;
    try {
      return await this.#batcher.add({ result, leaseUntilMs });
    } catch (error) {
      return isPassing(error) ? false : await this.#writePlain({ result, leaseUntilMs }, error);
    } finally {
      this.#unwritten -= 1;
    }
  }

  /** A result that the database refuses must not keep its run open: only the failure is stored. */
  async #writePlain({ result, leaseUntilMs }: Item, refusal: unknown): Promise<boolean> {
    const { runId, attemptToken, state } = result;
    writeLog('error', 'result_refused', { run_id: runId, ...describeError(refusal) });
    const message = say('run.resultRefused');
    const plain: FinishedAttempt = {
      runId,
      attemptToken,
      state: state === 'canceled' ? 'canceled' : 'failed',
      attemptOutcome: state === 'canceled' ? 'canceled' : 'failed',
      message,
      error: { name: 'ResultRefusedError', message, stack: null },
    };
    try {
      return await this.#batcher.add({ result: plain, leaseUntilMs });
    } catch (error) {
      if (!isPassing(error)) writeLog('error', 'result_dropped', { run_id: runId, ...describeError(error) });
      return false;
    }
  }
}
