/** The status of a job in one word: `neverRun` has never finished. */
export type JobStatusWord = 'error' | 'success' | 'neverRun';

/** Reads a stored status. An unknown one counts as failing, because somebody should check it. */
export function parseLastStatus(status: string): 'error' | 'success' {
  return status === 'success' ? 'success' : 'error';
}

const clockToleranceMs = 5 * 60_000;

/** Whether the reporter's clock was more than 5 minutes ahead of the portal's [rule 5: wrong clocks]. */
export function isClockAhead(lastFinishedAt: string, updatedAt: string): boolean {
  return Date.parse(lastFinishedAt) - Date.parse(updatedAt) > clockToleranceMs;
}
