import type { Json, Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { type Message, readMessage } from '#domain/message.ts';
import { parseRunState, parseRunTrigger, type RunState, type RunTrigger } from '#domain/run-state.ts';

export const runSummaryColumns =
  'id, job_id, trigger, state, started_at, finished_at, ordered_at, is_clock_wrong, duration_ms, exit_code, host, message, message_code, message_values, received_at, clock_ahead_ms, report_attempt, is_reported_late' as const;

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
>;

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
}

/** A run with everything that was reported about it, except its log. */
export interface Run extends RunSummary {
  metrics: { name: string; value: string }[];
  apiKeyId: string | null;
  /** The run that this one repeats; for another outcome of a reported run, the first. */
  originRunId: string | null;
}

/** Reads the columns of a run that the run history shows. */
export function toRunSummary(row: RunSummaryRow): RunSummary {
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
