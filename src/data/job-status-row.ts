import type { Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { type Message, readMessage } from '#domain/message.ts';
import { isClockWrong, parseLastStatus, parseShownStatus, type ShownStatus } from '#domain/job-status.ts';

export const jobStatusColumns =
  'id, job_id, job_key, title, last_status, last_finished_at, last_message, last_message_code, last_message_values, updated_at, last_ordered_at, shown_state, late_failure_run_id, late_failure_at' as const;

type JobStatusRow = Pick<
  Tables<'job_status'>,
  | 'id'
  | 'job_id'
  | 'job_key'
  | 'title'
  | 'last_status'
  | 'last_finished_at'
  | 'last_message'
  | 'last_message_code'
  | 'last_message_values'
  | 'updated_at'
  | 'last_ordered_at'
  | 'shown_state'
  | 'late_failure_run_id'
  | 'late_failure_at'
>;

/** The latest outcome of a job. */
export interface JobStatus {
  id: string;
  jobId: string;
  jobKey: string;
  title: string;
  lastStatus: 'error' | 'success';
  lastFinishedAt: string;
  lastMessage: Message | null;
  updatedAt: string;
  /** Position in time of the latest outcome: `lastFinishedAt`, corrected if the reporter's clock was wrong. */
  lastOrderedAt: string;
  /** The reporter's clock was wrong, so `lastFinishedAt` is unreliable. */
  isClockWrong: boolean;
  shownState: ShownStatus;
  /** A failure that arrived behind a newer success and is not explained yet. */
  lateFailure: { runId: string; receivedAt: string } | null;
}

/** Reads a row of job_status. */
export function toJobStatus(row: JobStatusRow): JobStatus {
  const lastFinishedAt = toInstant(row.last_finished_at);
  const lastOrderedAt = toInstant(row.last_ordered_at);
  return {
    id: row.id,
    jobId: row.job_id,
    jobKey: row.job_key,
    title: row.title,
    lastStatus: parseLastStatus(row.last_status),
    lastFinishedAt,
    lastMessage: readMessage(row.last_message, row.last_message_code, row.last_message_values),
    updatedAt: toInstant(row.updated_at),
    lastOrderedAt,
    isClockWrong: isClockWrong(lastFinishedAt, lastOrderedAt),
    shownState: parseShownStatus(row.shown_state),
    lateFailure:
      row.late_failure_run_id === null || row.late_failure_at === null
        ? null
        : { runId: row.late_failure_run_id, receivedAt: toInstant(row.late_failure_at) },
  };
}
