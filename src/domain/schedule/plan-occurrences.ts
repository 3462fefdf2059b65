import { findBlackout } from './blackout.ts';
import { nextNominal, previousNominal } from './next-occurrence.ts';
import type { Schedule, SchedulePolicies } from './schedule.ts';
import { dueInstant, spreadOffsetSeconds } from './spread.ts';

/** Why an occurrence does not run: every skipped occurrence records its reason [rule 21: misfire and overlap]. */
export type SkipReason =
  /** Missed, and the misfire policy is `skip`. */
  | 'misfire_skipped'
  /** Missed; one run replaces it and others (`once`). */
  | 'misfire_collapsed'
  /** Missed, and beyond the number that `all` makes up for. */
  | 'misfire_bound'
  | 'blackout'
  | 'disabled'
  | 'globally_disabled';

interface PlannedBase {
  nominalAt: Date;
  dueAt: Date;
}

export interface RunOccurrence extends PlannedBase {
  decision: 'run';
  /** Missed and made up for under `all`: such runs start one after another if overlaps are not allowed. */
  isMadeUp: boolean;
}

export interface SkippedOccurrence extends PlannedBase {
  decision: 'skip';
  reason: SkipReason;
}

/** One row for many old occurrences that are not listed individually. */
export interface CollapsedOccurrences extends PlannedBase {
  decision: 'skip_range';
  reason: SkipReason;
  /** Nominal instant of the newest occurrence; `nominalAt` is the oldest. */
  untilNominalAt: Date;
  count: number;
  /** There were too many to count in limited time: show "at least". */
  isCountAtLeast: boolean;
}

export type PlannedOccurrence = RunOccurrence | SkippedOccurrence | CollapsedOccurrences;

export interface OccurrencePlan {
  /** Oldest first; at most about a hundred, or as many as `misfireLimit` allows to run. */
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
  isEnabled: boolean;
  isGloballyEnabled: boolean;
  /** When the job or the global switch was last enabled; null if neither was ever disabled. */
  enabledAt: Date | null;
  /** An occurrence that starts later than this after its due instant counts as missed. */
  misfireGraceSeconds: number;
}

/** Up to this many skipped occurrences are listed individually, the newest; older ones become one row. */
const listedMin = 100;
/** Counting stops here, after a few milliseconds of work. */
const countedMax = 1_000;

/**
 * Decides what a tick does with all due occurrences of one schedule, with limited work and output
 * [rule 21: misfire and overlap]. Blackouts are checked at the due instant, and at `now` for a missed occurrence; rows that combine old occurrences
 * ignore them. public.apply_tick handles overlap in the database, where the runs are.
 */
export function planOccurrences(input: PlanInput): OccurrencePlan {
  const { schedule, policies, now, lastNominalAt } = input;
  const offsetSeconds = spreadOffsetSeconds(input.scheduleId, schedule, policies.spreadSeconds);
  const after = afterOf(input);
  const dueUntil = new Date(now.getTime() - offsetSeconds * 1000);
  const isOff = !input.isEnabled || !input.isGloballyEnabled;

  // Disabled, but to be made up for later: keep everything due.
  const isHeld = isOff && policies.catchUpAfterEnable;
  const newest = isHeld ? null : findNewest(schedule, after, dueUntil);
  if (!newest) return planOf([], lastNominalAt, nextNominal(schedule, after), offsetSeconds);

  const occurrences: PlannedOccurrence[] = [];
  const offUntil = offUntilOf(input, newest, offsetSeconds);
  if (offUntil && offUntil > after) {
    const reason = input.isGloballyEnabled ? 'disabled' : 'globally_disabled';
    const { listed, range } = listNewest(schedule, after, offUntil, listedMin);
    if (range) occurrences.push(collapsed(range, reason, offsetSeconds));
    occurrences.push(...listed.map((nominalAt) => skipped(nominalAt, reason, offsetSeconds)));
  }
  const onFrom = offUntil && offUntil > after ? offUntil : after;
  if (newest > onFrom) occurrences.push(...planWhileOn(input, onFrom, newest, offsetSeconds));
  return planOf(occurrences, newest, nextNominal(schedule, newest), offsetSeconds);
}

function planWhileOn(
  { schedule, policies, now, misfireGraceSeconds }: PlanInput,
  after: Date,
  newest: Date,
  offsetSeconds: number,
): PlannedOccurrence[] {
  const { misfire, misfireLimit, blackouts } = policies;
  const { listed, range } = listNewest(schedule, after, newest, Math.max(listedMin, misfireLimit));
  const missedBefore = now.getTime() - misfireGraceSeconds * 1000;
  const isNowBlackedOut = findBlackout(blackouts, now) !== null;

  const planned: PlannedOccurrence[] = [];
  let runs = 0;
  for (const nominalAt of listed.toReversed()) {
    const startAt = dueInstant(nominalAt, offsetSeconds);
    const isMissed = startAt.getTime() < missedBefore;
    const isBlackedOut = (isMissed && isNowBlackedOut) || findBlackout(blackouts, startAt) !== null;
    let reason: SkipReason | null = null;
    if (isMissed && misfire === 'skip') reason = 'misfire_skipped';
    else if (isBlackedOut) reason = 'blackout';
    else if (isMissed && misfire === 'once' && runs > 0) reason = 'misfire_collapsed';
    else if (isMissed && misfire === 'all' && runs >= misfireLimit) reason = 'misfire_bound';
    if (reason) {
      planned.push(skipped(nominalAt, reason, offsetSeconds));
    } else {
      runs += 1;
      planned.push({
        decision: 'run',
        nominalAt,
        dueAt: startAt,
        isMadeUp: isMissed && misfire === 'all',
      });
    }
  }
  if (range) planned.push(collapsed(range, rangeReasons[misfire], offsetSeconds));
  return planned.toReversed();
}

const rangeReasons = { skip: 'misfire_skipped', once: 'misfire_collapsed', all: 'misfire_bound' } as const;

/** A one-shot in the past is due although it is before the start: its policy accepted it [rule 19: intervals and one-shots]. */
function afterOf({ schedule, lastNominalAt, startAt }: PlanInput): Date {
  if (lastNominalAt && (schedule.type === 'one_shot' || lastNominalAt > startAt)) return lastNominalAt;
  return schedule.type === 'one_shot' ? new Date(schedule.at.getTime() - 1) : startAt;
}

/** Returns until when occurrences count as disabled; null if none do. */
function offUntilOf(input: PlanInput, newest: Date, offsetSeconds: number): Date | null {
  if (!input.isEnabled || !input.isGloballyEnabled) return newest;
  const { enabledAt, policies } = input;
  if (!enabledAt || policies.catchUpAfterEnable) return null;
  // An occurrence whose due instant is still ahead when the switch is enabled is not missed.
  const offUntil = new Date(enabledAt.getTime() - offsetSeconds * 1000);
  return offUntil < newest ? offUntil : newest;
}

interface OccurrenceRange {
  firstAt: Date;
  lastAt: Date;
  count: number;
  isCountAtLeast: boolean;
}

/** Returns the newest nominal instant in (after, until]. Nearly always there are few, so a few forward steps are enough. */
function findNewest(schedule: Schedule, after: Date, until: Date): Date | null {
  const few = listAll(schedule, after, until, 8);
  if (few) return few.at(-1) ?? null;
  return previousNominal(schedule, new Date(until.getTime() + 1), after);
}

/** Returns all nominal instants in (after, until], oldest first, or null if there are more than `max`. */
function listAll(schedule: Schedule, after: Date, until: Date, max: number): Date[] | null {
  const all: Date[] = [];
  let next = nextNominal(schedule, after);
  while (next && next <= until) {
    if (all.length === max) return null;
    all.push(next);
    next = nextNominal(schedule, next);
  }
  return all;
}

/** Returns the newest occurrences in (after, until], oldest first, and the earlier ones as a range. */
function listNewest(
  schedule: Schedule,
  after: Date,
  until: Date,
  max: number,
): { listed: Date[]; range: OccurrenceRange | null } {
  const all = listAll(schedule, after, until, max);
  if (all) return { listed: all, range: null };
  const listed: Date[] = [];
  let before = new Date(until.getTime() + 1);
  while (listed.length < max) {
    const previous = previousNominal(schedule, before, after);
    if (!previous) break;
    listed.push(previous);
    before = previous;
  }
  const lastAt = previousNominal(schedule, before, after);
  const firstAt = lastAt ? nextNominal(schedule, after) : null;
  const range = lastAt && firstAt ? countRange(schedule, firstAt, lastAt) : null;
  return { listed: listed.toReversed(), range };
}

function countRange(schedule: Schedule, firstAt: Date, lastAt: Date): OccurrenceRange {
  if (schedule.type === 'interval') {
    const count = Math.round((lastAt.getTime() - firstAt.getTime()) / (schedule.seconds * 1000)) + 1;
    return { firstAt, lastAt, count, isCountAtLeast: false };
  }
  let count = 1;
  let at: Date | null = firstAt;
  while (at && at < lastAt && count < countedMax) {
    at = nextNominal(schedule, at);
    count += 1;
  }
  return { firstAt, lastAt, count, isCountAtLeast: at !== null && at < lastAt };
}

function skipped(nominalAt: Date, reason: SkipReason, offsetSeconds: number): SkippedOccurrence {
  return { decision: 'skip', reason, nominalAt, dueAt: dueInstant(nominalAt, offsetSeconds) };
}

function collapsed(
  { firstAt, lastAt, count, isCountAtLeast }: OccurrenceRange,
  reason: SkipReason,
  offsetSeconds: number,
): CollapsedOccurrences {
  return {
    decision: 'skip_range',
    reason,
    nominalAt: firstAt,
    dueAt: dueInstant(firstAt, offsetSeconds),
    untilNominalAt: lastAt,
    count,
    isCountAtLeast,
  };
}

function planOf(
  occurrences: PlannedOccurrence[],
  lastNominalAt: Date | null,
  nextNominalAt: Date | null,
  offsetSeconds: number,
): OccurrencePlan {
  const nextDueAt = nextNominalAt ? dueInstant(nextNominalAt, offsetSeconds) : null;
  return { occurrences, lastNominalAt, nextNominalAt, nextDueAt };
}
