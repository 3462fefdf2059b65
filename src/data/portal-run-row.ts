import { z } from 'zod';
import type { Json, Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { foreignMessage, type Message, readMessage } from '#domain/message.ts';
import type { RunProgress } from '#domain/run/progress.ts';

export const portalRunColumns =
  'scheduled_for, payload, origin_run_id, requested_by, attempt, worker_id, next_attempt_at, cancel_requested_at, progress, cursor_before, cursor_after, events_processed, result, error' as const;

type PortalRunRow = Pick<
  Tables<'runs'>,
  | 'scheduled_for'
  | 'payload'
  | 'origin_run_id'
  | 'requested_by'
  | 'attempt'
  | 'worker_id'
  | 'next_attempt_at'
  | 'cancel_requested_at'
  | 'progress'
  | 'cursor_before'
  | 'cursor_after'
  | 'events_processed'
  | 'result'
  | 'error'
>;

/** What the portal knows about a run that it executes itself. */
export interface PortalRun {
  /** The nominal instant for which the run was started. */
  scheduledFor: string | null;
  payload: Readonly<Record<string, unknown>>;
  originRunId: string | null;
  requestedBy: string | null;
  /** Number of the current or last attempt; 0 before the first. */
  attempt: number;
  workerId: string | null;
  nextAttemptAt: string | null;
  cancelRequestedAt: string | null;
  progress: RunProgress | null;
  cursorBefore: string | null;
  cursorAfter: string | null;
  eventsProcessed: number | null;
  result: unknown;
  error: { name: string; message: Message } | null;
}

const coded = { code: z.unknown().optional(), values: z.unknown().optional() };
const progressShape = z
  .object({
    done: z.number(),
    total: z.number().nullable().catch(null),
    note: z.string().nullable().catch(null),
    ...coded,
  })
  .transform(({ done, total, note, code, values }) => ({
    done,
    total,
    note: readMessage(note, code, values),
  }));
const errorShape = z
  .object({ name: z.string().catch('Error'), message: z.string(), ...coded })
  .transform(({ name, message, code, values }) => ({
    name,
    message: readMessage(message, code, values) ?? foreignMessage(message),
  }));
const payloadShape = z.record(z.string(), z.unknown());

const maybeInstant = (stored: string | null): string | null => (stored === null ? null : toInstant(stored));

/** Reads a run's stored progress. */
export function toProgress(stored: Json | null): RunProgress | null {
  const read = progressShape.safeParse(stored);
  return read.success ? read.data : null;
}

/** Reads an error's stored name and message. */
export function toErrorSummary(stored: Json | null): PortalRun['error'] {
  const read = errorShape.safeParse(stored);
  return read.success ? read.data : null;
}

/** Reads the columns that only the portal's own runs have. */
export function toPortalRun(row: PortalRunRow): PortalRun {
  const payload = payloadShape.safeParse(row.payload);
  return {
    scheduledFor: maybeInstant(row.scheduled_for),
    payload: payload.success ? payload.data : {},
    originRunId: row.origin_run_id,
    requestedBy: row.requested_by,
    attempt: row.attempt,
    workerId: row.worker_id,
    nextAttemptAt: maybeInstant(row.next_attempt_at),
    cancelRequestedAt: maybeInstant(row.cancel_requested_at),
    progress: toProgress(row.progress),
    cursorBefore: row.cursor_before,
    cursorAfter: row.cursor_after,
    eventsProcessed: row.events_processed,
    result: row.result,
    error: toErrorSummary(row.error),
  };
}
