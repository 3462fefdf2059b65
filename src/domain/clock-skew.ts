const minuteMs = 60_000;

/**
 * How far ahead the reporter's clock was, in milliseconds, rounded to the minute [rule 5: wrong clocks]: the reported finish
 * compared with the time received, by which such runs are ordered. Null if the clock was right or no finish was reported.
 */
export function clockAheadMs(run: {
  isClockWrong: boolean;
  finishedAt: string | null;
  orderedAt: string;
}): number | null {
  if (!run.isClockWrong || run.finishedAt === null) return null;
  return Math.round((Date.parse(run.finishedAt) - Date.parse(run.orderedAt)) / minuteMs) * minuteMs;
}
