import type { ServiceClient } from '#data/clients/service.ts';
import { type ClaimedRun, claimRuns, extendLeases, lookAtLeases, writeRunLogs } from '#data/run-queue.ts';
import { ResultWriter } from '#features/execution/result-writer.ts';
import { callRemotePlugin } from '#features/execution/call-remote-plugin.ts';
import { HeldAttempt } from '#features/execution/held-attempt.ts';
import { type AttemptChannel, runBuiltIn, type Surroundings } from '#features/execution/run-attempt.ts';
import { listHandlers } from '#features/execution/list-handlers.ts';
import { describeError, writeLog } from '#http/log.ts';
import type { Outcome } from '#domain/run/outcome.ts';

export interface ExecutorSettings {
  workerId: string;
  /** Maximum number of runs at the same time in this process. */
  concurrency: number;
  leaseSeconds: number;
  /** How often a lease is extended. */
  heartbeatMs: number;
  /** How often it polls while there are runs, and for a few seconds afterwards. */
  pollMs: number;
  /** How often it polls while idle: the longest that a run waits for an idle worker. */
  idlePollMs: number;
  /** The URL that remote plugins report to. */
  publicUrl: string;
}

const beatMs = 1_000;
const claimMax = 100;
const callMsMax = 10_000;
const unwrittenMax = 1_000;
const logsPerCall = 8;
const cutAfterMs = 1_000;
const awayMsMin = 200;
const awayMsMax = 5_000;
/** Runs often arrive in groups. */
const busyForMs = 3_000;

/**
 * Takes runs from the queue and executes them: leases and heartbeats [rule 24: leases], timeouts and retries
 * [rule 25: time-out and retry], cancels [rule 26: cancel], progress and logs. Any number of executors can share a
 * database. It keeps trying while the database is unavailable [rule 7: database away].
 */
export class RunExecutor {
  readonly #client: ServiceClient;
  readonly #settings: ExecutorSettings;
  readonly #surroundings: Surroundings;
  readonly #writer: ResultWriter;
  readonly #held = new Map<string, HeldAttempt>();
  #active = 0;
  #finished = 0;
  #isStopping = false;
  #isBeating = false;
  #isWoken = false;
  #busyUntilMs = -Infinity;
  #beatTimer: NodeJS.Timeout | undefined;
  #claiming: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;
  #onIdle: (() => void) | undefined;

  constructor(client: ServiceClient, settings: ExecutorSettings, surroundings: Surroundings) {
    this.#client = client;
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#writer = new ResultWriter(client);
  }

  /** Runs in progress, and attempts finished since the start. */
  get counts(): { running: number; finished: number } {
    return { running: this.#active, finished: this.#finished };
  }

  /** Starts to take runs. */
  start(): void {
    this.#beatTimer = setInterval(() => void this.#beat(), beatMs);
    this.#claiming = this.#claimForever();
  }

  /** Polls at once, and often for a while, because a run was queued. Only an optimization: polling would find it too. */
  wake(): void {
    this.#isWoken = true;
    this.#busyUntilMs = performance.now() + busyForMs;
    this.#wake?.();
  }

  /**
   * Stops taking runs, waits for those in progress, and returns unfinished ones to the queue without using up their
   * attempt [rule 24: leases].
   */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    this.#wake?.();
    await this.#claiming;
    await this.#waitForAttempts(graceMs);
    for (const held of this.#held.values()) held.release();
    await this.#waitForAttempts(cutAfterMs);
    for (const held of this.#held.values()) held.cut();
    await this.#waitForAttempts(2_000);
    clearInterval(this.#beatTimer);
  }

  /** Executes runs until the queue is empty or the time is up, for hosts that run this process only during a request. */
  async drain(msMax: number): Promise<number> {
    const idle = new Promise<void>((resolve) => (this.#onIdle = resolve));
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, msMax)));
    this.start();
    await Promise.race([idle, over]);
    clearTimeout(timer);
    await this.stop(0);
    return this.#finished;
  }

  async #waitForAttempts(msMax: number): Promise<void> {
    const end = performance.now() + msMax;
    while (this.#held.size > 0 && performance.now() < end) {
      await this.#pause(Math.min(50, end - performance.now()));
    }
  }

  /** Waits; ends early when a slot is free or the executor stops. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(end, Math.max(0, ms));
      const wake = end;
      function end(): void {
        clearTimeout(timer);
        resolve();
      }
      this.#wake = wake;
    });
  }

  async #claimForever(): Promise<void> {
    const { concurrency, pollMs, idlePollMs, workerId, leaseSeconds } = this.#settings;
    const handlers = await listHandlers(this.#surroundings.plugins);
    let awayMs = awayMsMin;
    while (!this.#isStopping) {
      const free = concurrency - this.#active;
      if (free <= 0 || this.#writer.unwritten > unwrittenMax) {
        await this.#pause(pollMs);
        continue;
      }
      const quantity = Math.min(free, claimMax);
      const claimedAtMs = performance.now();
      this.#isWoken = false;
      let runs: ClaimedRun[];
      try {
        const signal = AbortSignal.timeout(callMsMax);
        runs = await claimRuns(this.#client, { workerId, quantity, leaseSeconds, handlers }, signal);
        awayMs = awayMsMin;
      } catch (error) {
        writeLog('warn', 'claim_failed', describeError(error));
        await this.#sleep(awayMs * (0.5 + Math.random()));
        awayMs = Math.min(awayMs * 2, awayMsMax);
        continue;
      }
      if (runs.length > 0) this.#busyUntilMs = performance.now() + busyForMs;
      for (const run of runs) this.#take(run, claimedAtMs);
      if (runs.length === 0) {
        if (this.#active === 0 && this.#writer.unwritten === 0) this.#onIdle?.();
        await this.#sleep(performance.now() < this.#busyUntilMs ? pollMs : idlePollMs, true);
      } else if (runs.length === quantity) {
        // Short runs free their slots together: one call takes many runs.
        await new Promise((resolve) => setImmediate(resolve));
        if (concurrency - this.#active < concurrency / 2) await this.#pause(5);
      }
    }
  }

  /** Like `#pause`, but a free slot does not end it, because the queue was just empty. */
  async #sleep(ms: number, untilWoken = false): Promise<void> {
    const end = performance.now() + ms;
    const isOver = () => this.#isStopping || (untilWoken && this.#isWoken) || performance.now() >= end;
    while (!isOver()) await this.#pause(end - performance.now());
  }

  #take(run: ClaimedRun, claimedAtMs: number): void {
    // This worker's own lease may have expired while the database was unavailable; the new attempt counts.
    this.#held.get(run.runId)?.lose();
    const held = new HeldAttempt(run, claimedAtMs, this.#settings.leaseSeconds * 1_000);
    this.#held.set(run.runId, held);
    this.#active += 1;
    void this.#execute(held);
    if (this.#isStopping) held.release();
  }

  async #execute(held: HeldAttempt): Promise<void> {
    const { runId } = held.run;
    const result = await held.execute((channel) => this.#callHandler(held.run, channel));
    this.#active -= 1;
    this.#wake?.();
    let isWritten = false;
    if (result !== null) isWritten = await this.#writer.write(result, () => held.leaseUntilMs);
    if (this.#held.get(runId) === held) this.#held.delete(runId);
    this.#finished += 1;
    // The finished run may have made room for a waiting one.
    if (isWritten) this.wake();
    else writeLog('info', 'attempt_lost', { run_id: runId, attempt: held.run.attempt });
    if (this.#isStopping) this.#wake?.();
  }

  #callHandler(run: ClaimedRun, channel: AttemptChannel): Promise<Outcome> {
    if (run.pluginKind === 'built_in') return runBuiltIn(run, channel, this.#surroundings);
    const { publicUrl } = this.#settings;
    return callRemotePlugin(run, channel, { fetch: this.#surroundings.fetch, publicUrl });
  }

  /** Extends leases that are due, checks the others, and writes new progress and logs. */
  async #beat(): Promise<void> {
    if (this.#isBeating || this.#held.size === 0) return;
    this.#isBeating = true;
    try {
      await Promise.all([this.#keepLeases(), this.#writeLogs()]);
    } catch (error) {
      writeLog('warn', 'heartbeat_failed', describeError(error));
    } finally {
      this.#isBeating = false;
    }
  }

  async #keepLeases(): Promise<void> {
    const startedAtMs = performance.now();
    const { heartbeatMs, leaseSeconds } = this.#settings;
    const due: { held: HeldAttempt; progress: ReturnType<HeldAttempt['dueProgress']> }[] = [];
    const others: HeldAttempt[] = [];
    for (const held of this.#held.values()) {
      const progress = held.isSettled ? null : held.dueProgress();
      if (progress || startedAtMs - held.extendedAtMs >= heartbeatMs) due.push({ held, progress });
      else if (!held.isSettled) others.push(held);
    }
    const signal = AbortSignal.timeout(callMsMax);
    const receipt = ({ run }: HeldAttempt) => ({ runId: run.runId, attemptToken: run.attemptToken });
    const extend = async (): Promise<void> => {
      if (due.length === 0) return;
      const attempts = due.map(({ held, progress }) => ({ ...receipt(held), progress }));
      const leases = await extendLeases(this.#client, attempts, leaseSeconds, signal);
      this.#obey(
        due.map(({ held }) => held),
        leases,
      );
      const kept = new Set(leases.map(({ runId }) => runId));
      for (const { held, progress } of due) {
        if (!kept.has(held.run.runId)) continue;
        held.extendedAtMs = startedAtMs;
        held.leaseUntilMs = startedAtMs + leaseSeconds * 1_000;
        if (progress) held.wrote(progress);
      }
    };
    const look = async (): Promise<void> => {
      if (others.length === 0) return;
      this.#obey(others, await lookAtLeases(this.#client, others.map(receipt), signal));
    };
    await Promise.all([extend(), look()]);
  }

  #obey(
    asked: readonly HeldAttempt[],
    leases: readonly { runId: string; isCancelRequested: boolean }[],
  ): void {
    const answered = new Map(leases.map((lease) => [lease.runId, lease]));
    for (const held of asked) {
      const lease = answered.get(held.run.runId);
      if (!lease) held.lose();
      else if (lease.isCancelRequested) held.cancel();
    }
  }

  async #writeLogs(): Promise<void> {
    const changed = [...this.#held.values()].filter(
      (held) => !held.isSettled && held.log.version > held.writtenLogVersion,
    );
    for (let at = 0; at < changed.length; at += logsPerCall) {
      const batch = changed.slice(at, at + logsPerCall).flatMap((held) => {
        const { version } = held.log;
        const log = held.log.read();
        const { runId, attemptToken } = held.run;
        return log ? [{ held, version, runId, attemptToken, log }] : [];
      });
      await writeRunLogs(this.#client, batch, AbortSignal.timeout(callMsMax));
      for (const { held, version } of batch) held.writtenLogVersion = version;
    }
  }
}
