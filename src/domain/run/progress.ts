import { progressNoteCharactersMax } from '#domain/limits.ts';
import { foreignMessage, type Message } from '#domain/message.ts';

/** How far a run is, as its plugin reports it. */
export interface RunProgress {
  done: number;
  total: number | null;
  note: Message | null;
}

/** Kept by the worker for each running attempt. */
export interface ProgressThrottle {
  writtenAt: Date | null;
  /** The newest progress that is not written yet. */
  pending: RunProgress | null;
}

export const noProgressYet: ProgressThrottle = { writtenAt: null, pending: null };

const writeEveryMs = 1_000;

/**
 * Accepts a plugin's progress (null: only time has passed) and returns what to write now, at most once a second
 * [rule 29: progress and errors]. The newest value is never lost: it stays pending until the next call that can write, and `flush`
 * writes it when the attempt ends.
 */
export function throttleProgress(
  throttle: ProgressThrottle,
  told: RunProgress | null,
  now: Date,
  { flush = false }: { flush?: boolean } = {},
): { throttle: ProgressThrottle; write: RunProgress | null } {
  const pending = told ? cleanProgress(told) : throttle.pending;
  const elapsedMs = throttle.writtenAt ? now.getTime() - throttle.writtenAt.getTime() : Infinity;
  // If the clock was set back, do not block progress until it has caught up.
  const isDue = flush || elapsedMs >= writeEveryMs || elapsedMs < 0;
  if (!pending || !isDue) return { throttle: { ...throttle, pending }, write: null };
  return { throttle: { writtenAt: now, pending: null }, write: pending };
}

/** Plugins can send anything: numbers become finite and not negative, and `done` never exceeds `total`. */
function cleanProgress({ done, total, note }: RunProgress): RunProgress {
  const cleanTotal = total === null ? null : cleanCount(total);
  return {
    done: cleanTotal === null ? cleanCount(done) : Math.min(cleanCount(done), cleanTotal),
    total: cleanTotal,
    note: note === null || note.text.length <= progressNoteCharactersMax ? note : cutNote(note),
  };
}

const cutNote = ({ text }: Message): Message =>
  foreignMessage(text.slice(0, progressNoteCharactersMax).toWellFormed());

function cleanCount(value: number): number {
  return Number.isFinite(value) ? Math.max(0, value) : 0;
}
