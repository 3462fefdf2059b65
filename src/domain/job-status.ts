/** The status of a job in one word: `neverRun` has never finished. */
export type JobStatusWord = 'error' | 'success' | 'neverRun';

/** The status of a job with what needs attention: `late` succeeded, but a failure was reported late. */
export type ShownStatus = 'error' | 'late' | 'success';

/** Reads a stored status. An unknown one counts as failing, because somebody should check it. */
export function parseLastStatus(status: string): 'error' | 'success' {
  return status === 'success' ? 'success' : 'error';
}

/** Like `parseLastStatus`, for what the list of incidents is sorted by. */
export function parseShownStatus(status: string): ShownStatus {
  return status === 'late' ? 'late' : parseLastStatus(status);
}

/** Whether the reporter's clock was wrong [rule 5: wrong clocks]: the reported finish is not where it was put in time. */
export function isClockWrong(lastFinishedAt: string, lastOrderedAt: string): boolean {
  return Date.parse(lastFinishedAt) !== Date.parse(lastOrderedAt);
}
