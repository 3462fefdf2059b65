import { type CompiledCron, compileCron } from './cron-expression.ts';
import { nextNominal } from './next-occurrence.ts';
import type { Schedule } from './schedule.ts';
import { offsetSpanAt } from './time-zone.ts';

const dayMs = 86_400_000;

/**
 * Counts the nominal instants in (after, until] exactly. Days without a clock change are counted by arithmetic, so a year of
 * every second takes a few milliseconds.
 */
export function countNominal(schedule: Schedule, after: Date, until: Date): number {
  const afterMs = after.getTime();
  const untilMs = until.getTime();
  if (untilMs <= afterMs) return 0;
  switch (schedule.type) {
    case 'one_shot':
      return afterMs < schedule.at.getTime() && schedule.at.getTime() <= untilMs ? 1 : 0;
    case 'interval': {
      const upTo = (ms: number) =>
        Math.max(0, Math.floor((ms - schedule.anchorAt.getTime()) / (schedule.seconds * 1000)) + 1);
      return upTo(untilMs) - upTo(afterMs);
    }
    case 'cron':
      return countCron(schedule, schedule.timeZone, compileCron(schedule.expression), afterMs, untilMs);
  }
}

function countCron(
  schedule: Schedule,
  timeZone: string,
  cron: CompiledCron,
  afterMs: number,
  untilMs: number,
): number {
  let count = 0;
  let fromMs = afterMs;
  while (fromMs < untilMs) {
    // Instants are whole seconds, so (from, until] within a span is the same as its wall times in (from, until].
    const span = offsetSpanAt(timeZone, fromMs + 1);
    const next = offsetSpanAt(timeZone, span.endMs);
    const shiftMs = cron.clockChangeRule === 'elapsed' ? 0 : Math.abs(next.offsetMs - span.offsetMs);
    // Around a clock change, a time can move to the end of the gap or occur twice: step through them.
    const plainUntilMs = Math.min(untilMs, span.endMs - 1 - shiftMs);
    if (plainUntilMs > fromMs) {
      count += countWallTimes(cron, fromMs + span.offsetMs, plainUntilMs + span.offsetMs);
      fromMs = plainUntilMs;
    }
    if (shiftMs > 0 && fromMs < untilMs) {
      const steppedUntilMs = Math.min(untilMs, span.endMs + shiftMs);
      for (
        let at = nextNominal(schedule, new Date(fromMs));
        at !== null && at.getTime() <= steppedUntilMs;
        at = nextNominal(schedule, at)
      ) {
        count += 1;
      }
      fromMs = steppedUntilMs;
    }
  }
  return count;
}

/** Counts the matching wall times in (from, until], which contains no clock change. */
function countWallTimes(cron: CompiledCron, fromMs: number, untilMs: number): number {
  let count = 0;
  let afterMs = fromMs;
  for (;;) {
    const firstMs = cron.nextWallTime(afterMs);
    if (firstMs === null || firstMs > untilMs) return count;
    const dayStartMs = Math.floor(firstMs / dayMs) * dayMs;
    const lastMs = Math.min(untilMs, dayStartMs + dayMs - 1000);
    count += timesOfDayBefore(cron, lastMs - dayStartMs + 1) - timesOfDayBefore(cron, firstMs - dayStartMs);
    afterMs = dayStartMs + dayMs - 1000;
  }
}

/** Counts the times of day that match before this many milliseconds of a day. */
function timesOfDayBefore({ meaning: { seconds, minutes, hours } }: CompiledCron, ms: number): number {
  const second = Math.ceil(ms / 1000);
  const before = (numbers: readonly number[], end: number) => {
    let found = 0;
    while (found < numbers.length && numbers[found]! < end) found += 1;
    return found;
  };
  const hour = Math.floor(second / 3600);
  const minute = Math.floor(second / 60) % 60;
  let count = before(hours, hour) * minutes.length * seconds.length;
  if (!hours.includes(hour)) return count;
  count += before(minutes, minute) * seconds.length;
  return minutes.includes(minute) ? count + before(seconds, second % 60) : count;
}
