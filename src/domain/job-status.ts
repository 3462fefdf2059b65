/** How a job is, in one word: `neverRun` has not finished once. */
export type JobStatusWord = 'error' | 'success' | 'neverRun';

/** The stored status of a job; anything unknown counts as failing, because it needs a look. */
export function parseLastStatus(status: string): 'error' | 'success' {
  return status === 'success' ? 'success' : 'error';
}

const clockToleranceMs = 5 * 60_000;

/** Whether the reporter's clock was more than 5 minutes ahead of the portal's when it reported [rule 5: wrong clocks]. */
export function isClockAhead(lastFinishedAt: string, updatedAt: string): boolean {
  return Date.parse(lastFinishedAt) - Date.parse(updatedAt) > clockToleranceMs;
}
