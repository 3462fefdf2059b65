import type { Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { type Message, readMessage } from '#domain/message.ts';
import { parseLastStatus } from '#domain/job-status.ts';

export const jobStatusColumns =
  'id, job_id, job_key, title, last_status, last_finished_at, last_message, last_message_code, last_message_values, updated_at' as const;

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
}

/** Reads a row of job_status. */
export function toJobStatus(row: JobStatusRow): JobStatus {
  return {
    id: row.id,
    jobId: row.job_id,
    jobKey: row.job_key,
    title: row.title,
    lastStatus: parseLastStatus(row.last_status),
    lastFinishedAt: toInstant(row.last_finished_at),
    lastMessage: readMessage(row.last_message, row.last_message_code, row.last_message_values),
    updatedAt: toInstant(row.updated_at),
  };
}
