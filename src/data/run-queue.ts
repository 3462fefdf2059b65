import { z } from 'zod';
import type { ServiceClient } from '#data/clients/service.ts';
import type { Database, Json } from '#data/database.types.ts';
import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import type { Message } from '#domain/message.ts';
import type { ErrorShape } from '#domain/run/error-shape.ts';
import type { RunProgress } from '#domain/run/progress.ts';
import { parseRunTrigger, type RunTrigger } from '#domain/run-state.ts';

/** An attempt leased to a worker, with everything needed to run it. */
export interface ClaimedRun {
  runId: string;
  tenantId: string;
  jobId: string;
  jobKey: string;
  pluginId: string;
  pluginKey: string;
  pluginKind: 'built_in' | 'remote';
  baseUrl: string | null;
  signingSecret: string | null;
  /** The values of `{{secret.name}}` in the payload. */
  secrets: Record<string, string>;
  pluginJobName: string;
  /** The job's entry in a remote plugin's manifest; null for a built-in plugin. */
  manifestJob: unknown;
  trigger: RunTrigger;
  attempt: number;
  maxAttempts: number;
  snoozeCount: number;
  attemptToken: string;
  payload: unknown;
  cursor: string | null;
  timeoutSeconds: number;
  backoffSeconds: number;
  maxBackoffSeconds: number;
  scheduledFor: string | null;
}

/** Proves that a worker holds a run: the run's id and the token of its current attempt. */
export interface HeldAttempt {
  runId: string;
  attemptToken: string;
  /** New progress, if any. */
  progress?: RunProgress | null;
}

/** A run that a worker still holds. */
export interface Lease {
  runId: string;
  isCancelRequested: boolean;
}

/** The head and tail of a log, shortened and without secrets. */
export interface KeptLog {
  head: string;
  tail: string;
  cutCharacters: number;
}

export type AttemptEnd = 'success' | 'failed' | 'retry' | 'canceled' | 'snoozed' | 'released' | 'timed_out';

/** How an attempt ended, and what happens to its run. */
export interface FinishedAttempt {
  runId: string;
  attemptToken: string;
  /** `pending`: the run is tried again after `delaySeconds`. */
  state: 'success' | 'failed' | 'canceled' | 'pending';
  attemptOutcome: AttemptEnd;
  delaySeconds?: number;
  message?: Message | null;
  error?: ErrorShape | null;
  result?: unknown;
  progress?: RunProgress | null;
  eventsProcessed?: number | null;
  cursor?: string | null;
  log?: KeptLog | null;
}

type ClaimedRow = Database['public']['Functions']['claim_runs']['Returns'][number];
type Nullable<T> = { [K in keyof T]: T[K] | null };

const secretsSchema = z.record(z.string(), z.string()).nullable();

// The generated types do not mark nullable columns of a function's result.
function toClaimedRun(row: ClaimedRow): ClaimedRun {
  const { base_url, signing_secret, cursor, scheduled_for } = row as Nullable<ClaimedRow>;
  return {
    runId: row.run_id,
    tenantId: row.tenant_id,
    jobId: row.job_id,
    jobKey: row.job_key,
    pluginId: row.plugin_id,
    pluginKey: row.plugin_key,
    pluginKind: row.plugin_kind === 'remote' ? 'remote' : 'built_in',
    baseUrl: base_url,
    signingSecret: signing_secret,
    secrets: secretsSchema.parse(row.secrets) ?? {},
    pluginJobName: row.plugin_job_name,
    manifestJob: row.manifest_job,
    trigger: parseRunTrigger(row.trigger),
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    snoozeCount: row.snooze_count,
    attemptToken: row.attempt_token,
    payload: row.payload,
    cursor,
    timeoutSeconds: row.timeout_seconds,
    backoffSeconds: row.backoff_seconds,
    maxBackoffSeconds: row.max_backoff_seconds,
    scheduledFor: scheduled_for,
  };
}

/** The code and values of our own message; empty for any other message. */
const toCode = ({ code, values }: Message) => (code === null ? {} : { code, values: values as Json });

const toProgressRow = ({ done, total, note }: RunProgress) => ({
  done,
  total,
  note: note?.text ?? null,
  ...(note && toCode(note)),
});

const toErrorRow = ({ name, message, stack }: ErrorShape) => ({
  name,
  message: message.text,
  stack,
  ...toCode(message),
});

const toAttemptRow = ({ runId, attemptToken, progress }: HeldAttempt): Json => ({
  run_id: runId,
  attempt_token: attemptToken,
  ...(progress && { progress: toProgressRow(progress) }),
});

const toLogRow = ({ head, tail, cutCharacters }: KeptLog) => ({ head, tail, cut_characters: cutCharacters });

const toResultRow = (result: FinishedAttempt): Json => ({
  run_id: result.runId,
  attempt_token: result.attemptToken,
  state: result.state,
  attempt_outcome: result.attemptOutcome,
  delay_seconds: result.delaySeconds,
  message: result.message?.text,
  message_code: result.message?.code,
  message_values: result.message?.values as Json | undefined,
  error: result.error && toErrorRow(result.error),
  result: result.result as Json | undefined,
  progress: result.progress && toProgressRow(result.progress),
  events_processed: result.eventsProcessed,
  cursor: result.cursor,
  log: result.log && toLogRow(result.log),
});

interface LeaseRow {
  run_id: string;
  is_cancel_requested: boolean;
}
const toLease = (row: LeaseRow): Lease => ({
  runId: row.run_id,
  isCancelRequested: row.is_cancel_requested,
});

/**
 * Leases up to `quantity` runs to a worker within the concurrency limits, starting with the runs that people wait for.
 * @throws UnavailableError if the database is unavailable
 */
export async function claimRuns(
  client: ServiceClient,
  {
    workerId,
    quantity,
    leaseSeconds,
    handlers,
  }: {
    workerId: string;
    quantity: number;
    leaseSeconds: number;
    /** The jobs of built-in plugins that this worker can run, by plugin; undefined for all. */
    handlers?: Readonly<Record<string, readonly string[]>>;
  },
  signal: AbortSignal,
): Promise<ClaimedRun[]> {
  const answer = await client
    .rpc('claim_runs', {
      p_worker_id: workerId,
      p_quantity: quantity,
      p_lease_seconds: leaseSeconds,
      ...(handlers && { p_handlers: handlers as Json }),
    })
    .abortSignal(signal)
    .retry(false);
  // A call that took longer than its own lease may have lost a run again: such a row has no token and cannot be run.
  return unwrap(answer)
    .filter((row) => (row as Nullable<ClaimedRow>).attempt_token !== null)
    .map(toClaimedRun);
}

/** Extends leases and writes progress. A run that is missing from the result is no longer held. */
export async function extendLeases(
  client: ServiceClient,
  attempts: readonly HeldAttempt[],
  leaseSeconds: number,
  signal: AbortSignal,
): Promise<Lease[]> {
  const answer = await client
    .rpc('extend_leases', { p_attempts: attempts.map(toAttemptRow), p_lease_seconds: leaseSeconds })
    .abortSignal(signal)
    .retry(false);
  return unwrap(answer).map(toLease);
}

/** Like `extendLeases`, but only reads. */
export async function lookAtLeases(
  client: ServiceClient,
  attempts: readonly HeldAttempt[],
  signal: AbortSignal,
): Promise<Lease[]> {
  const answer = await client
    .rpc('look_at_leases', {
      p_attempts: attempts.map(({ runId, attemptToken }) => toAttemptRow({ runId, attemptToken })),
    })
    .abortSignal(signal)
    .retry(false);
  return unwrap(answer).map(toLease);
}

/** Replaces the logs of runs that are still held. */
export async function writeRunLogs(
  client: ServiceClient,
  logs: readonly (HeldAttempt & { log: KeptLog })[],
  signal: AbortSignal,
): Promise<void> {
  const rows = logs.map(({ runId, attemptToken, log }) => ({
    run_id: runId,
    attempt_token: attemptToken,
    ...toLogRow(log),
  }));
  unwrapMaybe(await client.rpc('write_run_logs', { p_logs: rows }).abortSignal(signal).retry(false));
}

/**
 * Finishes attempts in one transaction. Returns the ids of the runs whose token was valid; a late result is rejected and its
 * run is missing.
 * @throws UnavailableError if the database is unavailable: the result may or may not be stored, and the caller should try
 * again
 */
export async function finishAttempts(
  client: ServiceClient,
  results: readonly FinishedAttempt[],
  signal: AbortSignal,
): Promise<string[]> {
  const answer = await client
    .rpc('finish_attempts', { p_results: results.map(toResultRow) })
    .abortSignal(signal)
    .retry(false);
  return unwrap(answer).map((row) => row.run_id);
}

/** Returns runs whose queue message is lost to their queue, or finishes them [rule 31: every run ends]. */
export async function reapRuns(client: ServiceClient): Promise<{ requeued: number; finished: number }> {
  const answer = await client.rpc('reap_runs').retry(false);
  return z.object({ requeued: z.int(), finished: z.int() }).parse(unwrap(answer));
}

/** Records that a process is alive. */
export async function noteHeartbeat(
  client: ServiceClient,
  process: string,
  details: Record<string, Json>,
): Promise<void> {
  unwrapMaybe(await client.rpc('note_heartbeat', { p_process: process, p_details: details }).retry(false));
}

/**
 * Writes the progress of a remote plugin and keeps its run, but not beyond the attempt's deadline. Returns null if the attempt
 * is not open.
 */
export async function notePluginProgress(
  client: ServiceClient,
  { runId, attemptToken, progress }: HeldAttempt,
  leaseSeconds: number,
  signal: AbortSignal,
): Promise<{ isCancelRequested: boolean } | null> {
  const answer = await client
    .rpc('note_plugin_progress', {
      p_run_id: runId,
      p_attempt_token: attemptToken,
      ...(progress && { p_progress: toProgressRow(progress) }),
      p_lease_seconds: leaseSeconds,
    })
    .abortSignal(signal)
    .retry(false);
  const isCancelRequested = unwrapMaybe<boolean | null>(answer);
  return isCancelRequested === null ? null : { isCancelRequested };
}

/** An open attempt of a remote plugin's run, with what decides its next step. */
export interface OpenAttempt {
  runId: string;
  attemptToken: string;
  attempt: number;
  snoozeCount: number;
  maxAttempts: number;
  backoffSeconds: number;
  maxBackoffSeconds: number;
  isCancelRequested: boolean;
  /** The secrets to redact from everything that the plugin sends. */
  secrets: readonly string[];
}

/** Returns the attempt for this token, or null if it is finished, its lease was lost, or the token is wrong. */
export async function findOpenAttempt(
  client: ServiceClient,
  runId: string,
  attemptToken: string,
): Promise<OpenAttempt | null> {
  const [row] = unwrap(
    await client.rpc('find_open_attempt', { p_run_id: runId, p_attempt_token: attemptToken }),
  );
  return row
    ? {
        runId,
        attemptToken,
        attempt: row.attempt,
        snoozeCount: row.snooze_count,
        maxAttempts: row.max_attempts,
        backoffSeconds: row.backoff_seconds,
        maxBackoffSeconds: row.max_backoff_seconds,
        isCancelRequested: row.is_cancel_requested,
        secrets: [...row.secrets, attemptToken],
      }
    : null;
}
