import type { Json, Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { type Message, readMessage } from '#domain/message.ts';
import { isRunningLong, longestSeconds, type RunClock, type RunPace } from '#domain/run/long-run.ts';
import { parseRunState, parseRunTrigger, type RunState, type RunTrigger } from '#domain/run-state.ts';

export const runSummaryColumns =
  'id, job_id, trigger, state, started_at, finished_at, ordered_at, is_clock_wrong, duration_ms, exit_code, host, message, message_code, message_values, received_at, clock_ahead_ms, report_attempt, is_reported_late, attempt, pace:jobs!inner(kind, max_run_seconds, timeout_seconds)' as const;

export const runColumns = `${runSummaryColumns}, metrics, api_key_id, origin_run_id` as const;

type RunSummaryRow = Pick<
  Tables<'runs'>,
  | 'id'
  | 'job_id'
  | 'trigger'
  | 'state'
  | 'started_at'
  | 'finished_at'
  | 'ordered_at'
  | 'is_clock_wrong'
  | 'duration_ms'
  | 'exit_code'
  | 'host'
  | 'message'
  | 'message_code'
  | 'message_values'
  | 'received_at'
  | 'clock_ahead_ms'
  | 'report_attempt'
  | 'is_reported_late'
  | 'attempt'
> & { pace: RunPaceRow };

/** The columns of a job that say how long its runs may take. */
type RunPaceRow = Pick<Tables<'jobs'>, 'kind' | 'max_run_seconds' | 'timeout_seconds'>;

type RunRow = RunSummaryRow & Pick<Tables<'runs'>, 'metrics' | 'api_key_id' | 'origin_run_id'>;

/** A run as one line of the run history. */
export interface RunSummary {
  id: string;
  jobId: string;
  trigger: RunTrigger;
  state: RunState;
  startedAt: string | null;
  finishedAt: string | null;
  /** Position in the run history; see the column's comment. */
  orderedAt: string;
  receivedAt: string;
  isClockWrong: boolean;
  /** How far ahead the reporter's clock was, negative if behind; null if it was not measured. */
  clockAheadMs: number | null;
  durationMs: number | null;
  exitCode: number | null;
  host: string | null;
  message: Message | null;
  /** Number of this outcome of a reported run, from 1: a restarted workflow keeps its id. */
  reportAttempt: number;
  /** A failure that arrived behind a newer success and is not explained yet. */
  isReportedLate: boolean;
  /** It is still running, for longer than its job may take. */
  isRunningLong: boolean;
  /** After this many seconds it counts as running long. */
  longestSeconds: number;
}

/** A run with everything that was reported about it, except its log. */
export interface Run extends RunSummary {
  metrics: { name: string; value: string }[];
  apiKeyId: string | null;
  /** The run that this one repeats; for another outcome of a reported run, the first. */
  originRunId: string | null;
}

/** Reads how long the runs of a job may take. */
export function toRunPace(row: RunPaceRow): RunPace {
  return {
    maxRunSeconds: row.max_run_seconds,
    timeoutSeconds: row.kind === 'plugin' ? row.timeout_seconds : null,
  };
}

/** Reads the columns that say since when a run is running. */
export function toRunClock(
  row: Pick<
    Tables<'runs'>,
    'state' | 'trigger' | 'started_at' | 'received_at' | 'clock_ahead_ms' | 'attempt'
  >,
): RunClock {
  return {
    state: parseRunState(row.state),
    trigger: parseRunTrigger(row.trigger),
    startedAt: row.started_at,
    receivedAt: row.received_at,
    clockAheadMs: row.clock_ahead_ms,
    attempt: row.attempt,
  };
}

/** Reads the columns of a run that the run history shows. */
export function toRunSummary(row: RunSummaryRow): RunSummary {
  const pace = toRunPace(row.pace);
  return {
    id: row.id,
    jobId: row.job_id,
    trigger: parseRunTrigger(row.trigger),
    state: parseRunState(row.state),
    startedAt: row.started_at === null ? null : toInstant(row.started_at),
    finishedAt: row.finished_at === null ? null : toInstant(row.finished_at),
    orderedAt: toInstant(row.ordered_at),
    receivedAt: toInstant(row.received_at),
    isClockWrong: row.is_clock_wrong,
    clockAheadMs: row.clock_ahead_ms,
    durationMs: row.duration_ms,
    exitCode: row.exit_code,
    host: row.host,
    message: readMessage(row.message, row.message_code, row.message_values),
    reportAttempt: row.report_attempt,
    isReportedLate: row.is_reported_late,
    isRunningLong: isRunningLong(toRunClock(row), pace, new Date()),
    longestSeconds: longestSeconds(pace, row.attempt),
  };
}

function toMetrics(stored: Json | null): Run['metrics'] {
  if (stored === null || typeof stored !== 'object' || Array.isArray(stored)) return [];
  return Object.entries(stored).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
}

/** Reads a row of runs. */
export function toRun(row: RunRow): Run {
  return {
    ...toRunSummary(row),
    metrics: toMetrics(row.metrics),
    apiKeyId: row.api_key_id,
    originRunId: row.origin_run_id,
  };
}
