import { foreignMessage, type Message } from '#domain/message.ts';

/** How far a run is, as its plugin tells it. */
export interface RunProgress {
  done: number;
  total: number | null;
  note: Message | null;
}

/** Kept by the worker for each running attempt. */
export interface ProgressThrottle {
  writtenAt: Date | null;
  /** Newest progress that has not been written yet. */
  pending: RunProgress | null;
}

export const noProgressYet: ProgressThrottle = { writtenAt: null, pending: null };

const writeEveryMs = 1_000;
const noteLengthMax = 500;

/**
 * Takes in what a plugin tells (null: only time has passed) and says what to write now, at most once a second
 * [rule 29: progress and errors]. The newest is never lost: it stays pending until the next call that may write,
 * and `flush` writes it when the attempt ends.
 */
export function throttleProgress(
  throttle: ProgressThrottle,
  told: RunProgress | null,
  now: Date,
  { flush = false }: { flush?: boolean } = {},
): { throttle: ProgressThrottle; write: RunProgress | null } {
  const pending = told ? cleanProgress(told) : throttle.pending;
  const elapsedMs = throttle.writtenAt ? now.getTime() - throttle.writtenAt.getTime() : Infinity;
  // A clock that was set back must not silence a run for as long as it was set back.
  const isDue = flush || elapsedMs >= writeEveryMs || elapsedMs < 0;
  if (!pending || !isDue) return { throttle: { ...throttle, pending }, write: null };
  return { throttle: { writtenAt: now, pending: null }, write: pending };
}

/** Plugins tell anything: numbers are made finite and not negative, `done` never exceeds `total`. */
function cleanProgress({ done, total, note }: RunProgress): RunProgress {
  const cleanTotal = total === null ? null : cleanCount(total);
  return {
    done: cleanTotal === null ? cleanCount(done) : Math.min(cleanCount(done), cleanTotal),
    total: cleanTotal,
    note: note === null || note.text.length <= noteLengthMax ? note : cutNote(note),
  };
}

const cutNote = ({ text }: Message): Message => foreignMessage(text.slice(0, noteLengthMax).toWellFormed());

function cleanCount(value: number): number {
  return Number.isFinite(value) ? Math.max(0, value) : 0;
}
