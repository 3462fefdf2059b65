import { clockAheadMinutesMax } from '#domain/limits.ts';

/** The status of a job in one word: `neverRun` has never finished. */
export type JobStatusWord = 'error' | 'success' | 'neverRun';

/** Reads a stored status. An unknown one counts as failing, because somebody should check it. */
export function parseLastStatus(status: string): 'error' | 'success' {
  return status === 'success' ? 'success' : 'error';
}

const clockToleranceMs = clockAheadMinutesMax * 60_000;

/** Whether the reporter's clock was ahead of the portal's [rule 5: wrong clocks]. */
export function isClockAhead(lastFinishedAt: string, updatedAt: string): boolean {
  return Date.parse(lastFinishedAt) - Date.parse(updatedAt) > clockToleranceMs;
}
