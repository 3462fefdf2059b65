import { compileCron } from './cron-expression.ts';
import type { CompiledCron } from './cron-expression.ts';
import type { IntervalSchedule, Schedule } from './schedule.ts';
import { instantOfWallTime, offsetSpanAt } from './time-zone.ts';

/** Zones are within 14 hours of UTC, so going back further than that from a wall time never skips it. */
const wallToInstantMsMax = 26 * 3_600_000;

/**
 * Returns the next nominal instant strictly later than `after`, or null. Pass the last *nominal* instant, not the clock: then
 * a late or repeated tick changes nothing. Clock changes follow [rule 18: daylight saving]. Throws for an expression or a
 * zone that parse-schedule.ts would reject.
 */
export function nextNominal(schedule: Schedule, after: Date): Date | null {
  const afterMs = after.getTime();
  const nextMs = nextNominalMs(schedule, afterMs);
  return nextMs === null ? null : new Date(nextMs);
}

function nextNominalMs(schedule: Schedule, afterMs: number): number | null {
  switch (schedule.type) {
    case 'one_shot':
      return schedule.at.getTime() > afterMs ? schedule.at.getTime() : null;
    case 'interval':
      return nextOfInterval(schedule, afterMs);
    case 'cron': {
      const cron = compileCron(schedule.expression);
      if (cron.clockChangeRule === 'elapsed') return nextElapsed(cron, schedule.timeZone, afterMs);
      const fixed = nextFixed(cron, schedule.timeZone, afterMs);
      if (cron.clockChangeRule === 'fixed') return fixed;
      // The elapsed search adds the second pass of a repeated hour, the fixed search adds the end of a gap. Without this,
      // croner and Vixie cron skip `*/30 2 * * *` on the whole day of the gap.
      const elapsed = nextElapsed(cron, schedule.timeZone, afterMs);
      return fixed === null || elapsed === null ? (fixed ?? elapsed) : Math.min(fixed, elapsed);
    }
  }
}

/**
 * Returns the last nominal instant strictly before `before` and strictly later than `after`, or null. Uses only nextNominal,
 * so that both directions agree at every clock change; needs at most about 60 steps.
 */
export function previousNominal(schedule: Schedule, before: Date, after: Date): Date | null {
  const beforeMs = before.getTime();
  const afterMs = after.getTime();
  if (schedule.type === 'interval') return previousOfInterval(schedule, beforeMs, afterMs);
  const nextWithin = (ms: number) => {
    const next = nextNominalMs(schedule, ms);
    return next !== null && next < beforeMs ? next : null;
  };

  // Step back in doubling steps until an instant is found, then bisect.
  let high = beforeMs - 1;
  let step = 1000;
  let found: number | null = null;
  let low = high;
  while (found === null) {
    if (low <= afterMs) return null;
    high = low;
    low = Math.max(afterMs, beforeMs - 1 - step);
    step *= 2;
    found = nextWithin(low);
  }
  for (;;) {
    const following = nextWithin(found);
    if (following === null) return new Date(found);
    found = following;
    low = following;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      const next = nextWithin(middle);
      if (next === null) {
        high = middle;
      } else {
        found = next;
        break;
      }
    }
  }
}

function nextOfInterval({ anchorAt, seconds }: IntervalSchedule, afterMs: number): number {
  const anchorMs = anchorAt.getTime();
  if (afterMs < anchorMs) return anchorMs;
  const periodMs = seconds * 1000;
  return anchorMs + (Math.floor((afterMs - anchorMs) / periodMs) + 1) * periodMs;
}

function previousOfInterval(schedule: IntervalSchedule, beforeMs: number, afterMs: number): Date | null {
  const anchorMs = schedule.anchorAt.getTime();
  const periodMs = schedule.seconds * 1000;
  if (beforeMs <= anchorMs) return null;
  const previousMs = anchorMs + (Math.ceil((beforeMs - anchorMs) / periodMs) - 1) * periodMs;
  return previousMs > afterMs ? new Date(previousMs) : null;
}

/** Finds matching wall times that run exactly once, at the instant that time-zone.ts returns. */
function nextFixed(cron: CompiledCron, timeZone: string, afterMs: number): number | null {
  let wallMs = afterMs + offsetSpanAt(timeZone, afterMs).offsetMs;
  for (;;) {
    const matchMs = cron.nextWallTime(wallMs);
    if (matchMs === null) return null;
    const instantMs = instantOfWallTime(timeZone, matchMs);
    if (instantMs > afterMs) return instantMs;
    // `after` is in the second pass of a repeated hour and this match ran in the first: continue at the end of the first
    // pass.
    const firstPass = offsetSpanAt(timeZone, instantMs);
    wallMs = Math.max(matchMs, firstPass.endMs + firstPass.offsetMs - 1000);
  }
}

/** Finds every instant whose wall time matches: none in a gap, both passes of a repeated hour. */
function nextElapsed(cron: CompiledCron, timeZone: string, afterMs: number): number | null {
  let span = offsetSpanAt(timeZone, afterMs);
  let wallMs = afterMs + span.offsetMs;
  let isFirstSpan = true;
  for (;;) {
    const matchMs = cron.nextWallTime(wallMs);
    if (matchMs === null) return null;
    const instantMs = matchMs - span.offsetMs;
    if (instantMs < span.endMs) return instantMs;
    // Search the second span from its start, because it may repeat wall times from before `after`. From then on, years
    // without a match can be skipped: no wall time before the match matches.
    const resumeMs = isFirstSpan ? span.endMs : Math.max(span.endMs, matchMs - wallToInstantMsMax);
    isFirstSpan = false;
    span = offsetSpanAt(timeZone, resumeMs);
    wallMs = resumeMs + span.offsetMs - 1000;
  }
}
