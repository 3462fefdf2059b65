import type { Json, Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { type Message, readMessage } from '#domain/message.ts';
import { parseRunState, parseRunTrigger, type RunState, type RunTrigger } from '#domain/run-state.ts';

export const runSummaryColumns =
  'id, job_id, trigger, state, started_at, finished_at, ordered_at, is_clock_wrong, duration_ms, exit_code, host, message, message_code, message_values' as const;

export const runColumns = `${runSummaryColumns}, received_at, metrics, api_key_id` as const;

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
>;

type RunRow = RunSummaryRow & Pick<Tables<'runs'>, 'received_at' | 'metrics' | 'api_key_id'>;

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
  isClockWrong: boolean;
  durationMs: number | null;
  exitCode: number | null;
  host: string | null;
  message: Message | null;
}

/** A run with everything that was reported about it, except its log. */
export interface Run extends RunSummary {
  receivedAt: string;
  metrics: { name: string; value: string }[];
  apiKeyId: string | null;
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
    isClockWrong: row.is_clock_wrong,
    durationMs: row.duration_ms,
    exitCode: row.exit_code,
    host: row.host,
    message: readMessage(row.message, row.message_code, row.message_values),
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
    receivedAt: toInstant(row.received_at),
    metrics: toMetrics(row.metrics),
    apiKeyId: row.api_key_id,
  };
}
