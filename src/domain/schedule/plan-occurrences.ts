import { findBlackout } from './blackout.ts';
import { countNominal } from './count-nominal.ts';
import { nextNominal, previousNominal } from './next-occurrence.ts';
import type { Schedule, SchedulePolicies } from './schedule.ts';
import { dueInstant, spreadOffsetSeconds } from './spread.ts';

/** What can be switched off, the widest first: its reason is the one that the occurrence records. */
export const offReasons = ['globally_disabled', 'plugin_disabled', 'disabled'] as const;
export type OffReason = (typeof offReasons)[number];

/** Why an occurrence does not run: every skipped occurrence records its reason [rule 21: misfire and overlap]. */
export type SkipReason =
  /** Missed, and the misfire policy is `skip`. */
  | 'misfire_skipped'
  /** Missed; one run replaces it and others (`once`). */
  | 'misfire_collapsed'
  /** Missed, and beyond the number that `all` makes up for. */
  | 'misfire_bound'
  | 'blackout'
  /** Its schedule was deleted before a tick could start it. */
  | 'schedule_deleted'
  | OffReason;

/** A time in which a job, its plugin or all schedules were switched off. */
export interface OffPeriod {
  since: Date;
  /** Null while it lasts. */
  until: Date | null;
  reason: OffReason;
}

interface PlannedBase {
  nominalAt: Date;
  dueAt: Date;
}

export interface RunOccurrence extends PlannedBase {
  decision: 'run';
  /** Made up for under `all`: such runs start one after another if overlaps are not allowed. */
  isMadeUp: boolean;
}

/** One or more consecutive instants that do not run for the same reason. */
export interface SkippedOccurrences extends PlannedBase {
  decision: 'skip';
  reason: SkipReason;
  /** Nominal instant of the newest; `nominalAt` is the oldest. */
  untilNominalAt: Date;
  /** Exact. */
  count: number;
}

export type PlannedOccurrence = RunOccurrence | SkippedOccurrences;

export interface OccurrencePlan {
  /** Oldest first. */
  occurrences: PlannedOccurrence[];
  /** The newest nominal instant covered by this plan: the next plan's `lastNominalAt`. */
  lastNominalAt: Date | null;
  nextNominalAt: Date | null;
  nextDueAt: Date | null;
}

export interface PlanInput {
  scheduleId: string;
  schedule: Schedule;
  policies: SchedulePolicies;
  /** The newest nominal instant already covered; null before the first one. */
  lastNominalAt: Date | null;
  /** When the schedule was created or changed; nothing at or before it is due, except a one-shot. */
  startAt: Date;
  now: Date;
  /** When the job, its plugin or all schedules were switched off; those that ended long before can be left out. */
  offPeriods: readonly OffPeriod[];
  /** The schedule was changed or deleted then, so later instants are not its own; null if it is the current one. */
  supersededAt?: Date | null;
  isDeleted?: boolean;
  /** An occurrence that starts later than this after its due instant counts as missed. */
  misfireGraceSeconds: number;
}

/** How many instants are decided one by one, the newest; older ones are counted only. */
const decidedMin = 100;
/** Where all of these are in blackouts, this many more batches are searched for one that can be made up for. */
const batchesMax = 10;

/**
 * Decides what a tick does with all due occurrences of one schedule, with limited work and output
 * [rule 21: misfire and overlap]. Blackouts are checked at the due instant, and at `now` for a missed occurrence; old
 * occurrences that only count ignore them. public.apply_tick handles overlap in the database, where the runs are.
 */
export function planOccurrences(input: PlanInput): OccurrencePlan {
  const { schedule, policies, now, lastNominalAt, supersededAt = null } = input;
  const offsetSeconds = spreadOffsetSeconds(input.scheduleId, schedule, policies.spreadSeconds);
  const after = afterOf(input);
  const planOf = (
    occurrences: PlannedOccurrence[],
    decidedAt: Date | null,
    next: Date | null,
  ): OccurrencePlan => {
    const nextNominalAt = next && supersededAt && next > supersededAt ? null : next;
    const nextDueAt = nextNominalAt && dueInstant(nextNominalAt, offsetSeconds);
    return { occurrences, lastNominalAt: decidedAt ?? lastNominalAt, nextNominalAt, nextDueAt };
  };

  // Disabled, but to be made up for later: keep everything due.
  const isHeld = policies.catchUpAfterEnable && !input.isDeleted && offReasonNow(input) !== null;
  const dueUntil = new Date(now.getTime() - offsetSeconds * 1000);
  const until = supersededAt && supersededAt < dueUntil ? supersededAt : dueUntil;
  const { newest, next, few } = findDue(schedule, after, isHeld ? after : until);
  if (!newest) return planOf([], null, next);

  const parts = partsOf(input, after, newest, offsetSeconds).map((part) => ({
    ...part,
    few: few && few.filter((at) => part.after < at && at <= part.until),
  }));
  const planner = new Planner(input, offsetSeconds, oldestOf(schedule, parts));
  const newestFirst = parts.toReversed().flatMap((part) => planner.decide(part));
  return planOf(newestFirst.toReversed(), newest, next);
}

/** Returns the oldest instant that the policies decide. */
function oldestOf(schedule: Schedule, parts: readonly Part[]): Date | null {
  const part = parts.find(({ reason }) => reason === null);
  return part ? (part.few?.[0] ?? nextNominal(schedule, part.after)) : null;
}

/** Instants in (after, until] that are decided in the same way. */
interface Part {
  after: Date;
  until: Date;
  /** Null: the policies decide. */
  reason: SkipReason | null;
  /** The instants, oldest first, if they are few. */
  few?: readonly Date[] | null;
}

const widestReason = (periods: readonly OffPeriod[]): OffReason | null =>
  offReasons.find((reason) => periods.some((period) => period.reason === reason)) ?? null;

const offReasonNow = ({ offPeriods }: PlanInput): OffReason | null =>
  widestReason(offPeriods.filter(({ until }) => until === null));

/** Splits (after, newest] where something was switched on or off; oldest first. */
function partsOf(input: PlanInput, after: Date, newest: Date, offsetSeconds: number): Part[] {
  const { offPeriods, policies, isDeleted } = input;
  if (isDeleted) return [{ after, until: newest, reason: 'schedule_deleted' }];
  if (policies.catchUpAfterEnable || offPeriods.length === 0) return [{ after, until: newest, reason: null }];
  // What is undecided when something is switched off does not start any more, although it was due before.
  const reasonNow = offReasonNow(input);
  // An instant is off if it is due at `since` or later and at `until` or earlier.
  const edges = offPeriods
    .flatMap(({ since, until }) => (until ? [since.getTime() - 1, until.getTime()] : [since.getTime() - 1]))
    .map((ms) => ms - offsetSeconds * 1000)
    .filter((ms) => after.getTime() < ms && ms < newest.getTime())
    .sort((left, right) => left - right);
  const parts: Part[] = [];
  let from = after;
  for (const edge of [...new Set(edges), newest.getTime()]) {
    const until = new Date(edge);
    const due = dueInstant(until, offsetSeconds);
    const isWithin = (period: OffPeriod) =>
      period.since <= due && (period.until === null || due <= period.until);
    const reason = widestReason(offPeriods.filter(isWithin)) ?? reasonNow;
    const last = parts.at(-1);
    if (last && last.reason === reason) last.until = until;
    else parts.push({ after: from, until, reason });
    from = until;
  }
  return parts;
}

/** Decides the parts of a plan, the newest first, because the newest instants are the ones that are made up for. */
class Planner {
  private runs = 0;
  private readonly input: PlanInput;
  private readonly offsetSeconds: number;
  private readonly missedBefore: number;
  private readonly isNowBlackedOut: boolean;
  private readonly isCatchUp: boolean;
  private readonly runsMax: number;

  /** @param oldest the oldest instant that was due while nothing was switched off */
  constructor(input: PlanInput, offsetSeconds: number, oldest: Date | null) {
    const { policies, now } = input;
    this.input = input;
    this.offsetSeconds = offsetSeconds;
    this.missedBefore = now.getTime() - input.misfireGraceSeconds * 1000;
    this.isNowBlackedOut = findBlackout(policies.blackouts, now) !== null;
    this.runsMax = { skip: 0, once: 1, all: policies.misfireLimit }[policies.misfire];
    // Under `all`, what is due just now is made up for together with what was missed before it, and counts for the limit.
    this.isCatchUp =
      policies.misfire === 'all' &&
      oldest !== null &&
      dueInstant(oldest, offsetSeconds).getTime() < this.missedBefore;
  }

  /** Returns the occurrences of a part, newest first. */
  decide(part: Part): PlannedOccurrence[] {
    const { after, until, reason, few } = part;
    if (reason !== null) return this.skipAll(part, reason);
    if (few) return few.toReversed().map((nominalAt) => this.decideOne(nominalAt));
    const { schedule, policies, misfireGraceSeconds } = this.input;
    const size = Math.max(decidedMin, policies.misfireLimit, misfireGraceSeconds + 1);
    const decided: PlannedOccurrence[] = [];
    let rest = until;
    for (let batch = 0; rest > after; batch += 1) {
      const canRunMore = this.runs < this.runsMax && !this.isNowBlackedOut && batch < batchesMax;
      if (batch > 0 && !canRunMore) break;
      const from = startOfNewest(schedule, after, rest, size);
      for (const nominalAt of listAll(schedule, from, rest).toReversed())
        decided.push(this.decideOne(nominalAt));
      rest = from;
    }
    const isRestBlackedOut = this.isNowBlackedOut && policies.misfire !== 'skip';
    const reasonOfRest = isRestBlackedOut ? 'blackout' : restReasons[policies.misfire];
    return [...decided, ...this.skipAll({ after, until: rest }, reasonOfRest)];
  }

  private decideOne(nominalAt: Date): PlannedOccurrence {
    const { misfire, misfireLimit, blackouts } = this.input.policies;
    const dueAt = dueInstant(nominalAt, this.offsetSeconds);
    const isMissed = this.isCatchUp || dueAt.getTime() < this.missedBefore;
    const isBlackedOut = (isMissed && this.isNowBlackedOut) || findBlackout(blackouts, dueAt) !== null;
    let reason: SkipReason | null = null;
    if (isMissed && misfire === 'skip') reason = 'misfire_skipped';
    else if (isBlackedOut) reason = 'blackout';
    else if (isMissed && misfire === 'once' && this.runs > 0) reason = 'misfire_collapsed';
    else if (isMissed && misfire === 'all' && this.runs >= misfireLimit) reason = 'misfire_bound';
    if (reason) return { decision: 'skip', reason, nominalAt, untilNominalAt: nominalAt, dueAt, count: 1 };
    this.runs += 1;
    return { decision: 'run', nominalAt, dueAt, isMadeUp: isMissed && misfire === 'all' };
  }

  private skipAll({ after, until, few }: Omit<Part, 'reason'>, reason: SkipReason): PlannedOccurrence[] {
    const { schedule } = this.input;
    const nominalAt = few ? few[0] : nextNominal(schedule, after);
    if (!nominalAt || nominalAt > until) return [];
    const dueAt = dueInstant(nominalAt, this.offsetSeconds);
    const newest = few ? few.at(-1) : previousNominal(schedule, new Date(until.getTime() + 1), after);
    const untilNominalAt = newest ?? nominalAt;
    const count = few ? few.length : countNominal(schedule, after, until);
    return [{ decision: 'skip', reason, nominalAt, untilNominalAt, dueAt, count }];
  }
}

const restReasons = { skip: 'misfire_skipped', once: 'misfire_collapsed', all: 'misfire_bound' } as const;

/** A one-shot in the past is due although it is before the start: its policy accepted it [rule 19: intervals and one-shots]. */
function afterOf({ schedule, lastNominalAt, startAt }: PlanInput): Date {
  if (lastNominalAt && (schedule.type === 'one_shot' || lastNominalAt > startAt)) return lastNominalAt;
  return schedule.type === 'one_shot' ? new Date(schedule.at.getTime() - 1) : startAt;
}

const fewMax = 8;

/**
 * Finds the newest nominal instant in (after, until] and the next one. Nearly always there are few, so a few forward steps are
 * enough.
 */
function findDue(
  schedule: Schedule,
  after: Date,
  until: Date,
): { newest: Date | null; next: Date | null; few: Date[] | null } {
  const few: Date[] = [];
  let next = nextNominal(schedule, after);
  while (next && next <= until && few.length < fewMax) {
    few.push(next);
    next = nextNominal(schedule, next);
  }
  if (!next || next > until) return { newest: few.at(-1) ?? null, next, few };
  const newest = previousNominal(schedule, new Date(until.getTime() + 1), after) ?? next;
  return { newest, next: nextNominal(schedule, newest), few: null };
}

/** Returns all nominal instants in (after, until], oldest first. */
function listAll(schedule: Schedule, after: Date, until: Date): Date[] {
  const all: Date[] = [];
  for (let next = nextNominal(schedule, after); next && next <= until; next = nextNominal(schedule, next)) {
    all.push(next);
  }
  return all;
}

/** Returns the latest start, found to the second, from which (start, until] has `size` instants; `after` if there are fewer. */
function startOfNewest(schedule: Schedule, after: Date, until: Date, size: number): Date {
  let next = nextNominal(schedule, after);
  for (let step = 0; step < size; step += 1) {
    if (!next || next > until) return after;
    next = nextNominal(schedule, next);
  }
  const has = (fromMs: number) => countNominal(schedule, new Date(fromMs), until) >= size;
  const untilMs = until.getTime();
  let spanMs = 1000;
  while (untilMs - spanMs > after.getTime() && !has(untilMs - spanMs)) spanMs *= 2;
  let low = Math.max(after.getTime(), untilMs - spanMs);
  let high = untilMs;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2);
    if (has(middle)) low = middle;
    else high = middle;
  }
  return new Date(low);
}
