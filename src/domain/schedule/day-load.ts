import { compileCron } from './cron-expression.ts';
import { findBlackout } from './blackout.ts';
import { nextNominal } from './next-occurrence.ts';
import type { BlackoutWindow, Schedule } from './schedule.ts';
import { offsetSpanAt } from './time-zone.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** A job that starts more often than this in a day runs all the time, so it collides with everything. */
export const dayStartsMax = 300;
/** How many starts of one reading are compared with blackouts, or searched one by one near a clock change. */
const slowStartsMax = 20_000;

/** Jobs that start at the same instants. */
export interface StartGroup {
  schedule: Schedule;
  blackouts: readonly BlackoutWindow[];
  /** The first instant that no tick has processed. */
  nextNominalAt: Date;
  /** From the nominal instant to the due one. */
  offsetMs: number;
  jobCount: number;
  /** Some of them, to name them. */
  jobIds: readonly string[];
}

interface Span {
  from: Date;
  until: Date;
}

/** Minutes in which more than one job starts. */
export interface Collision {
  /** Start of the minute. */
  at: Date;
  jobCount: number;
  /** The first few. */
  jobIds: string[];
}

/** What many jobs start within a day. */
export interface DayLoad {
  /** Start of the first minute. */
  fromMs: number;
  /** Starts in each minute. */
  starts: number[];
  /** Jobs that start in each minute, without those that run all the time. */
  jobs: number[];
  /** Not every start could be counted. */
  isAtLeast: boolean;
}

/**
 * Counts starts by minute. The time that it takes depends on how many different groups there are, not on the number of jobs;
 * what would take too long is left out, and the load says so.
 * @param otherStarts starts that are known without their schedules
 */
export function countDayLoad(
  groups: readonly StartGroup[],
  otherStarts: readonly { at: Date; jobCount: number }[],
  { from, until }: Span,
): DayLoad {
  const fromMs = Math.floor(from.getTime() / minuteMs) * minuteMs;
  const minuteCount = Math.ceil((until.getTime() - fromMs) / minuteMs);
  const starts = new Array<number>(minuteCount).fill(0);
  const jobs = new Array<number>(minuteCount).fill(0);
  const budget = { left: slowStartsMax };
  for (const group of groups) {
    const minutes = startsByMinute(group, from.getTime(), until.getTime(), budget);
    let total = 0;
    for (const count of minutes.values()) total += count;
    for (const [minuteOfEpoch, count] of minutes) {
      const minute = minuteOfEpoch - fromMs / minuteMs;
      starts[minute] = (starts[minute] ?? 0) + count * group.jobCount;
      if (total <= dayStartsMax) jobs[minute] = (jobs[minute] ?? 0) + group.jobCount;
    }
  }
  for (const { at, jobCount } of otherStarts) {
    const minute = Math.floor((at.getTime() - fromMs) / minuteMs);
    if (minute < 0 || minute >= minuteCount) continue;
    starts[minute] = (starts[minute] ?? 0) + jobCount;
    jobs[minute] = (jobs[minute] ?? 0) + jobCount;
  }
  return { fromMs, starts, jobs, isAtLeast: budget.left <= 0 };
}

/** Returns the minutes with the most jobs, and some of the jobs that start in each. */
export function worstCollisions(
  { fromMs, jobs }: DayLoad,
  groups: readonly StartGroup[],
  { count, namesMax }: { count: number; namesMax: number },
): Collision[] {
  const worst = jobs
    .map((jobCount, minute) => ({ jobCount, at: new Date(fromMs + minute * minuteMs) }))
    .filter(({ jobCount }) => jobCount > 1)
    .sort((left, right) => right.jobCount - left.jobCount || left.at.getTime() - right.at.getTime())
    .slice(0, count);
  return worst.map(({ jobCount, at }) => {
    const jobIds: string[] = [];
    for (const group of groups) {
      if (jobIds.length >= namesMax) break;
      if (startsWithinMinute(group, at.getTime())) jobIds.push(...group.jobIds);
    }
    return { at, jobCount, jobIds: jobIds.slice(0, namesMax) };
  });
}

function startsWithinMinute(group: StartGroup, atMs: number): boolean {
  const afterMs = Math.max(atMs - group.offsetMs, group.nextNominalAt.getTime()) - 1;
  const next = nextNominal(group.schedule, new Date(afterMs));
  if (next === null || next.getTime() + group.offsetMs >= atMs + minuteMs) return false;
  return findBlackout(group.blackouts, new Date(next.getTime() + group.offsetMs)) === null;
}

/** Returns the starts in [from, until) by their minute since 1970. */
function startsByMinute(
  group: StartGroup,
  fromMs: number,
  untilMs: number,
  budget: { left: number },
): Map<number, number> {
  const { offsetMs, blackouts } = group;
  const minutes = new Map<number, number>();
  const firstMs = Math.max(fromMs - offsetMs, group.nextNominalAt.getTime());
  visitNominals(group.schedule, firstMs, untilMs - offsetMs, budget, (nominalMs, count) => {
    const dueMs = nominalMs + offsetMs;
    if (blackouts.length > 0) {
      budget.left -= 1;
      if (budget.left <= 0 || findBlackout(blackouts, new Date(dueMs)) !== null) return;
    }
    const minute = Math.floor(dueMs / minuteMs);
    minutes.set(minute, (minutes.get(minute) ?? 0) + count);
  });
  return minutes;
}

/** Visits the nominal instants in [from, until); those of one minute are visited together, as their first one. */
function visitNominals(
  schedule: Schedule,
  fromMs: number,
  untilMs: number,
  budget: { left: number },
  visit: (nominalMs: number, count: number) => void,
): void {
  if (schedule.type === 'one_shot') {
    const atMs = schedule.at.getTime();
    if (atMs >= fromMs && atMs < untilMs) visit(atMs, 1);
  } else if (schedule.type === 'interval') {
    visitInterval(schedule.anchorAt.getTime(), schedule.seconds * 1000, fromMs, untilMs, visit);
  } else {
    const { timeZone } = schedule;
    const { offsetMs } = offsetSpanAt(timeZone, fromMs);
    if (
      offsetMs === offsetSpanAt(timeZone, untilMs).offsetMs &&
      offsetMs === offsetSpanAt(timeZone, fromMs - dayMs).offsetMs
    ) {
      visitCron(schedule.expression, offsetMs, fromMs, untilMs, visit);
      return;
    }
    let next = nextNominal(schedule, new Date(fromMs - 1));
    while (next !== null && next.getTime() < untilMs && budget.left > 0) {
      budget.left -= 1;
      visit(next.getTime(), 1);
      next = nextNominal(schedule, next);
    }
  }
}

function visitInterval(
  anchorMs: number,
  periodMs: number,
  fromMs: number,
  untilMs: number,
  visit: (nominalMs: number, count: number) => void,
): void {
  let atMs = anchorMs + Math.max(0, Math.ceil((fromMs - anchorMs) / periodMs)) * periodMs;
  while (atMs < untilMs) {
    const endMs = Math.min(untilMs, (Math.floor(atMs / minuteMs) + 1) * minuteMs);
    const count = Math.ceil((endMs - atMs) / periodMs);
    visit(atMs, count);
    atMs += count * periodMs;
  }
}

/** Away from clock changes a pattern's instants are its times of day on the days that match. */
function visitCron(
  expression: string,
  zoneOffsetMs: number,
  fromMs: number,
  untilMs: number,
  visit: (nominalMs: number, count: number) => void,
): void {
  const { meaning, matchesDay } = compileCron(expression);
  const { hours, minutes, seconds } = meaning;
  const fromWallMs = fromMs + zoneOffsetMs;
  const untilWallMs = untilMs + zoneOffsetMs;
  for (let day = Math.floor(fromWallMs / dayMs) * dayMs; day < untilWallMs; day += dayMs) {
    if (!matchesDay(day)) continue;
    for (const hour of hours) {
      for (const minute of minutes) {
        const minuteStartMs = day + (hour * 60 + minute) * minuteMs;
        if (minuteStartMs + minuteMs <= fromWallMs || minuteStartMs >= untilWallMs) continue;
        const isWhole = minuteStartMs >= fromWallMs && minuteStartMs + minuteMs <= untilWallMs;
        const within = isWhole
          ? seconds
          : seconds.filter((second) => {
              const atMs = minuteStartMs + second * 1000;
              return atMs >= fromWallMs && atMs < untilWallMs;
            });
        if (within[0] !== undefined) visit(minuteStartMs + within[0] * 1000 - zoneOffsetMs, within.length);
      }
    }
  }
}
