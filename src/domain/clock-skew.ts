const minuteMs = 60_000;

/**
 * How far ahead the clock of a run's host was, in milliseconds to the minute [rule 5: wrong clocks]: its finish by that
 * clock against the time received, which orders such a run. Null for a clock that was right, and where no finish was reported.
 */
export function clockAheadMs(run: {
  isClockWrong: boolean;
  finishedAt: string | null;
  orderedAt: string;
}): number | null {
  if (!run.isClockWrong || run.finishedAt === null) return null;
  return Math.round((Date.parse(run.finishedAt) - Date.parse(run.orderedAt)) / minuteMs) * minuteMs;
}
