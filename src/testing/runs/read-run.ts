import { readMessage } from '#domain/message.ts';
import { sayMessage } from '#screens/say-message.ts';
import { sql } from '#testing/database/clients.ts';
import { until } from '#testing/until.ts';

/** A run as stored in the database. */
export interface StoredRun {
  state: string;
  attempt: number;
  message: string | null;
  message_code: string | null;
  message_values: unknown;
  error: { name: string; message: string; stack?: string; code?: string; values?: unknown } | null;
  result: Record<string, unknown> | null;
  progress: { done: number; total: number | null; note: string | null; code?: string } | null;
  events_processed: number | null;
  cursor_before: string | null;
  cursor_after: string | null;
  worker_id: string | null;
  attempt_token: string | null;
  next_attempt_at: Date | null;
  queue_message_id: string | null;
}

/** Checks that a stored code and its values produce exactly the sentence stored with them. */
function checkSentence(text: string | null, code: unknown, values: unknown): void {
  const message = readMessage(text, code, values);
  const said = message && sayMessage(message, 'en');
  if (code && (message?.code !== code || said !== text)) {
    throw new Error(`${String(code)} with its values says '${said}', but '${text}' is stored`);
  }
}

export async function readTestRun(runId: string): Promise<StoredRun> {
  const [row] = await sql<StoredRun[]>`select * from public.runs where id = ${runId}`;
  if (!row) throw new Error('There is no such run');
  checkSentence(row.message, row.message_code, row.message_values);
  if (row.error) checkSentence(row.error.message, row.error.code, row.error.values);
  return row;
}

/** Waits until a run reaches one of the states. */
export function untilRunState(runId: string, ...states: string[]): Promise<StoredRun> {
  return until(
    () => readTestRun(runId),
    ({ state }) => states.includes(state),
  );
}

/** Returns the outcomes of a run's attempts, in order. */
export async function readTestAttempts(runId: string): Promise<(string | null)[]> {
  const rows = await sql<{ outcome: string | null }[]>`
    select outcome from public.run_attempts where run_id = ${runId} order by attempt`;
  return rows.map(({ outcome }) => outcome);
}
