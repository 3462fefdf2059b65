import { CronDate, CronPattern } from 'croner';
import type { CronOptions } from 'croner';
import { limits } from '#domain/limits.ts';

/**
 * How a pattern behaves at a clock change [rule 18: daylight saving]:
 * `elapsed`: every hour matches, so it keeps its interval: both passes of a repeated hour, nothing extra for a gap;
 * `fixed`: chosen hours (also by a step) with fixed minutes: once in an overlap, right after a gap;
 * `window`: open minutes in chosen hours: both passes of a repeated hour, and right after a gap.
 */
export type ClockChangeRule = 'elapsed' | 'fixed' | 'window';

/** Which days of a month a pattern names. */
export interface MonthDays {
  /** 1 to 31. */
  days: readonly number[];
  /** Days whose nearest weekday is meant (`15W`). */
  nearestWeekdays: readonly number[];
  hasLastDay: boolean;
  hasLastWeekday: boolean;
}

/** A day of the week; which ones of the month, 1 to 5 and 'last', or null for all. */
export interface WeekDay {
  /** Sunday is 0. */
  day: number;
  which: readonly (number | 'last')[] | null;
}

/** What a pattern means: two patterns with the same meaning match the same times, however they are written. */
export interface CronMeaning {
  /** Each combination of an hour, a minute and a second is a match of a day that matches. */
  seconds: readonly number[];
  minutes: readonly number[];
  hours: readonly number[];
  /** 1 to 12. */
  months: readonly number[];
  /** Null if the days of the month do not restrict the pattern. */
  monthDays: MonthDays | null;
  /** Null if the days of the week do not restrict the pattern. */
  weekDays: readonly WeekDay[] | null;
  /** Whether a day must fit both, or one of them is enough. */
  needsBoth: boolean;
}

export interface CompiledCron {
  clockChangeRule: ClockChangeRule;
  meaning: CronMeaning;
  /** Returns the next matching wall time, strictly later, in milliseconds as if UTC. Null if there is none. */
  nextWallTime: (wallMs: number) => number | null;
  /** Whether the pattern matches on the day with this midnight, in milliseconds as if UTC. */
  matchesDay: (dayMs: number) => boolean;
  /** The shortest time between two of the first matches of a fixed reference year, in seconds. */
  shortestPeriodSeconds: () => number;
}

export const cronFields = ['second', 'minute', 'hour', 'day_of_month', 'month', 'day_of_week'] as const;
export type CronField = (typeof cronFields)[number];

export type CronProblemCode =
  | 'expression_missing'
  | 'expression_too_long'
  | 'expression_field_count'
  | 'alias_unknown'
  | 'alias_reboot'
  | 'field_illegal_character'
  | 'field_out_of_range'
  | 'field_range_reversed'
  | 'field_step_invalid'
  | 'field_not_understood';

export interface CronProblem {
  problem: CronProblemCode;
  /** Which field of the expression, and its text; absent if the whole expression is meant. */
  cronField?: CronField;
  text: string;
}

export const cronAliases = [
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
] as const;

/** A compiled pattern takes about 3 kB; portals have far fewer different patterns than schedules. */
const compiledMax = 2_000;
/** A day's timeline asks for two or three days. */
const daysMax = 8;
const periodSampleStartMs = Date.UTC(2024, 0, 1) - 1000;
const periodSamples = 60;

// Day of month OR day of week [rule 17: cron and time zones] is croner's default; set here so that an update cannot change
// it.
const cronerOptions: CronOptions = { mode: '5-or-6-parts', domAndDow: false, interval: 0 };
/** croner gives each pattern its own array of 10,000 years (80 kB); all patterns without a year field share this one. */
const everyYear: number[] = new Array<number>(10_000).fill(1);
const compiledByExpression = new Map<string, CompiledCron>();

/**
 * Parses an expression once and caches it. croner reads the pattern and searches the calendar without a time zone;
 * next-occurrence.ts maps wall times to instants, which fixes cases that croner maps wrongly and is ten times as fast. Throws
 * croner's TypeError or RangeError for a pattern that `findCronProblems` would report.
 */
export function compileCron(expression: string): CompiledCron {
  const known = compiledByExpression.get(expression);
  if (known) return known;
  const pattern = parsePattern(expression);
  let periodSeconds: number | null = null;
  const days = new Map<number, boolean>();
  const compiled: CompiledCron = {
    clockChangeRule: findClockChangeRule(pattern),
    meaning: readMeaning(pattern),
    nextWallTime: (wallMs) => nextMatch(pattern, wallMs),
    matchesDay: (dayMs) => {
      const known = days.get(dayMs);
      if (known !== undefined) return known;
      const next = nextMatch(pattern, dayMs - 1000);
      if (days.size >= daysMax) days.clear();
      days.set(dayMs, next !== null && next < dayMs + 86_400_000);
      return days.get(dayMs) ?? false;
    },
    shortestPeriodSeconds: () => (periodSeconds ??= measureShortestPeriod(pattern)),
  };
  if (compiledByExpression.size >= compiledMax) {
    const oldest = compiledByExpression.keys().next().value;
    if (oldest !== undefined) compiledByExpression.delete(oldest);
  }
  compiledByExpression.set(expression, compiled);
  return compiled;
}

/** Returns why croner would reject the expression, field by field; empty if it would not. */
export function findCronProblems(expression: string): CronProblem[] {
  const text = expression.trim();
  if (text === '') return [{ problem: 'expression_missing', text }];
  if (text.length > limits.schedules.cronExpression.max) {
    return [{ problem: 'expression_too_long', text: text.slice(0, limits.schedules.cronExpression.max) }];
  }
  if (text.startsWith('@')) return findAliasProblems(text);
  const parts = text.split(/\s+/);
  if (parts.length !== 5 && parts.length !== 6) return [{ problem: 'expression_field_count', text }];

  const fields = parts.length === 5 ? cronFields.slice(1) : cronFields;
  const problems: CronProblem[] = [];
  for (const [index, cronField] of fields.entries()) {
    const part = parts[index] ?? '';
    const problem = findFieldProblem(cronField, part);
    if (problem) problems.push({ problem, cronField, text: part });
  }
  if (problems.length > 0) return problems;
  return parsesAlone(text) ? [] : [{ problem: 'field_not_understood', text }];
}

function findAliasProblems(text: string): CronProblem[] {
  const alias = text.toLowerCase();
  if (alias === '@reboot') return [{ problem: 'alias_reboot', text }];
  return cronAliases.some((known) => known === alias) ? [] : [{ problem: 'alias_unknown', text }];
}

/** Tests the field with all others open, because croner's message does not always name the wrong field. */
function findFieldProblem(cronField: CronField, part: string): CronProblemCode | null {
  try {
    parsePattern(cronFields.map((name) => (name === cronField ? part : '*')).join(' '));
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (/illegal characters|stand alone/.test(message)) return 'field_illegal_character';
    if (/From value is larger/.test(message)) return 'field_range_reversed';
    if (/Invalid value for|out of range/.test(message)) return 'field_out_of_range';
    if (/step/.test(message)) return 'field_step_invalid';
    return 'field_not_understood';
  }
}

function parsesAlone(expression: string): boolean {
  try {
    parsePattern(expression);
    return true;
  } catch {
    return false;
  }
}

function parsePattern(expression: string): CronPattern {
  const pattern = new CronPattern(expression.trim(), undefined, { mode: '5-or-6-parts' });
  pattern.year = everyYear;
  return pattern;
}

function nextMatch(pattern: CronPattern, wallMs: number): number | null {
  const match = new CronDate(new Date(wallMs), 0).increment(pattern, cronerOptions, false);
  return match ? match.getDate(false).getTime() : null;
}

/**
 * Vixie cron calls every field open that starts with `*`, and so loses or repeats a run of every sixth hour at a clock change;
 * croner and Quartz skip what falls into a gap. Here only an hour field that allows every hour is open.
 */
function findClockChangeRule(pattern: CronPattern): ClockChangeRule {
  const parts = pattern.pattern.trim().split(/\s+/);
  const [second = '0', minute = ''] = parts.length === 5 ? ['0', ...parts] : parts;
  const isOpen = (part: string, allowed: number[]) => /[*?]/.test(part) || allowed.every(Boolean);
  if (pattern.hour.every(Boolean)) return 'elapsed';
  return isOpen(minute, pattern.minute) || isOpen(second, pattern.second) ? 'window' : 'fixed';
}

const chosenOf = (allowed: readonly number[], first = 0): number[] =>
  allowed.flatMap((isAllowed, index) => (isAllowed ? [index + first] : []));

function readMeaning(pattern: CronPattern): CronMeaning {
  const monthDays: MonthDays = {
    days: chosenOf(pattern.day, 1),
    nearestWeekdays: chosenOf(pattern.nearestWeekdays, 1),
    hasLastDay: pattern.lastDayOfMonth,
    hasLastWeekday: pattern.lastWeekday,
  };
  const weekDays = pattern.dayOfWeek.slice(0, 7).flatMap((bits, day): WeekDay[] => {
    const nth = [1, 2, 3, 4, 5].filter((place) => bits & (1 << (place - 1)));
    if (nth.length === 5) return [{ day, which: null }];
    return bits === 0 ? [] : [{ day, which: bits & 32 ? [...nth, 'last'] : nth }];
  });
  const isEveryMonthDay = monthDays.days.length === 31;
  const isEveryWeekDay = weekDays.length === 7 && weekDays.every(({ which }) => which === null);
  // croner lets two restricted fields be alternatives, and calls a field restricted unless it is a single `*`: then `*/1`
  // alone makes every day match.
  const needsBoth = pattern.useAndLogic || pattern.starDOM || pattern.starDOW;
  const isEveryDay = !needsBoth && (isEveryMonthDay || isEveryWeekDay);
  return {
    seconds: chosenOf(pattern.second),
    minutes: chosenOf(pattern.minute),
    hours: chosenOf(pattern.hour),
    months: chosenOf(pattern.month, 1),
    monthDays: isEveryDay || isEveryMonthDay ? null : monthDays,
    weekDays: isEveryDay || isEveryWeekDay ? null : weekDays,
    needsBoth,
  };
}

function measureShortestPeriod(pattern: CronPattern): number {
  let shortest = Infinity;
  let previous = nextMatch(pattern, periodSampleStartMs);
  for (let sample = 0; sample < periodSamples && previous !== null && shortest > 1; sample += 1) {
    const next = nextMatch(pattern, previous);
    if (next === null) break;
    shortest = Math.min(shortest, (next - previous) / 1000);
    previous = next;
  }
  return shortest;
}
