const minuteMs = 60_000;
const lateMsMin = 60 * minuteMs;

/**
 * How far ahead the reporter's clock was, in milliseconds, rounded to the minute; negative if it was behind
 * [rule 40: measured clocks]. Without a measurement, the reported finish is compared with the time received, by which runs from
 * the future are ordered [rule 5: wrong clocks]. Null if the clock was right, or nothing is known.
 */
export function clockAheadMs(run: {
  isClockWrong: boolean;
  clockAheadMs: number | null;
  finishedAt: string | null;
  orderedAt: string;
}): number | null {
  if (!run.isClockWrong) return null;
  const aheadMs =
    run.clockAheadMs ??
    (run.finishedAt === null ? null : Date.parse(run.finishedAt) - Date.parse(run.orderedAt));
  return aheadMs === null ? null : Math.round(aheadMs / minuteMs) * minuteMs;
}

/**
 * How long after its time the report of a finished run arrived, in milliseconds; null if it was less than an hour. Either it
 * waited, or a clock that nobody measured is behind.
 */
export function lateByMs(run: {
  trigger: string;
  finishedAt: string | null;
  orderedAt: string;
  receivedAt: string;
}): number | null {
  if (run.trigger !== 'report' || run.finishedAt === null) return null;
  const lateMs = Date.parse(run.receivedAt) - Date.parse(run.orderedAt);
  return lateMs < lateMsMin ? null : lateMs;
}
