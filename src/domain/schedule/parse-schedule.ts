import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { compileCron, cronAliases, findCronProblems } from './cron-expression.ts';
import type { CronField, CronProblem, CronProblemCode } from './cron-expression.ts';
import { nextNominal } from './next-occurrence.ts';
import type { MisfirePolicy, Schedule } from './schedule.ts';
import { isKnownTimeZone } from './time-zone.ts';

export type ScheduleProblemCode =
  | CronProblemCode
  | 'not_an_object'
  | 'type_unknown'
  | 'expression_never_occurs'
  | 'time_zone_missing'
  | 'time_zone_unknown'
  | 'seconds_not_whole'
  | 'seconds_out_of_range'
  | 'anchor_invalid'
  | 'one_shot_invalid'
  | 'one_shot_in_past'
  | 'one_shot_too_far';

/** Screens build their texts from `problem` and `values`; the API uses the English `sentence`. */
export interface ScheduleProblem {
  field: 'schedule' | 'type' | 'expression' | 'timeZone' | 'seconds' | 'anchorAt' | 'at';
  problem: ScheduleProblemCode;
  values: Record<string, string | number>;
  sentence: string;
}

export type ParsedSchedule = { ok: true; schedule: Schedule } | { ok: false; problems: ScheduleProblem[] };

const horizonYears = 10;

const instant = z.union([z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))]);
const cronShape = z.object({ expression: z.string().catch(''), timeZone: z.string().catch('') });
const shapes = {
  cron: cronShape,
  interval: z.object({ seconds: z.number(), anchorAt: instant.optional() }),
  one_shot: z.object({ at: instant }),
};

/**
 * Reads a schedule from a form, the API or a manifest [rule 17: cron and time zones]. Times are ISO 8601 with an offset, or
 * Dates. An interval without `anchorAt` is anchored at `now`; a one-shot in the past is rejected only under misfire `skip`,
 * because under the others it runs at once [rule 19: intervals and one-shots].
 */
export function parseSchedule(
  input: unknown,
  { now, misfire }: { now: Date; misfire: MisfirePolicy },
): ParsedSchedule {
  const kind = z.looseObject({ type: z.string().optional() }).safeParse(input);
  if (!kind.success) return refuse(problemOf('schedule', 'not_an_object'));
  switch (kind.data.type) {
    case 'cron':
      return parseCron(kind.data, now);
    case 'interval':
      return parseInterval(kind.data, now);
    case 'one_shot':
      return parseOneShot(kind.data, now, misfire);
    default:
      return refuse(problemOf('type', 'type_unknown', { type: kind.data.type ?? '' }));
  }
}

function parseCron(input: object, now: Date): ParsedSchedule {
  const { expression: typed, timeZone } = shapes.cron.parse(input);
  const expression = typed.trim().replace(/\s+/g, ' ');
  const problems = findCronProblems(expression).map(fromCronProblem);
  if (timeZone === '') problems.push(problemOf('timeZone', 'time_zone_missing'));
  else if (!isKnownTimeZone(timeZone))
    problems.push(problemOf('timeZone', 'time_zone_unknown', { timeZone }));
  if (problems.length > 0) return refuse(...problems);

  const schedule: Schedule = { type: 'cron', expression, timeZone };
  // Checks the calendar first: otherwise a pattern such as `0 0 30 2 *` would be searched for 400 years.
  const hasWallTime = compileCron(expression).nextWallTime(now.getTime()) !== null;
  const next = hasWallTime ? nextNominal(schedule, now) : null;
  if (!next || next > yearsLater(now, horizonYears)) {
    return refuse(problemOf('expression', 'expression_never_occurs', { expression, years: horizonYears }));
  }
  return { ok: true, schedule };
}

function parseInterval(input: object, now: Date): ParsedSchedule {
  const shape = shapes.interval.safeParse(input);
  if (!shape.success) {
    const isAnchor = shape.error.issues.some((issue) => issue.path[0] === 'anchorAt');
    return refuse(
      isAnchor ? problemOf('anchorAt', 'anchor_invalid') : problemOf('seconds', 'seconds_not_whole'),
    );
  }
  const { seconds, anchorAt } = shape.data;
  if (!Number.isSafeInteger(seconds)) return refuse(problemOf('seconds', 'seconds_not_whole'));
  const { min, max } = limits.schedules.intervalSeconds;
  if (seconds < min || seconds > max) {
    const range = { min, max, days: max / 86_400 };
    return refuse(problemOf('seconds', 'seconds_out_of_range', range));
  }
  return { ok: true, schedule: { type: 'interval', seconds, anchorAt: anchorAt ?? now } };
}

function parseOneShot(input: object, now: Date, misfire: MisfirePolicy): ParsedSchedule {
  const shape = shapes.one_shot.safeParse(input);
  if (!shape.success) return refuse(problemOf('at', 'one_shot_invalid'));
  const { at } = shape.data;
  if (at <= now && misfire === 'skip') return refuse(problemOf('at', 'one_shot_in_past'));
  if (at > yearsLater(now, horizonYears)) {
    return refuse(problemOf('at', 'one_shot_too_far', { years: horizonYears }));
  }
  return { ok: true, schedule: { type: 'one_shot', at } };
}

function yearsLater(now: Date, years: number): Date {
  const later = new Date(now);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  return later;
}

function refuse(...problems: ScheduleProblem[]): ParsedSchedule {
  return { ok: false, problems };
}

function fromCronProblem({ problem, cronField, text }: CronProblem): ScheduleProblem {
  const { max } = limits.schedules.cronExpression;
  if (problem === 'expression_too_long') return problemOf('expression', problem, { max });
  return problemOf('expression', problem, cronField ? { cronField, text } : { text });
}

function problemOf(
  field: ScheduleProblem['field'],
  problem: ScheduleProblemCode,
  values: ScheduleProblem['values'] = {},
): ScheduleProblem {
  return { field, problem, values, sentence: sentences[problem](values) };
}

const fieldWords: Record<CronField, string> = {
  second: 'seconds (0-59)',
  minute: 'minutes (0-59)',
  hour: 'hours (0-23)',
  day_of_month: 'the day of the month (1-31, L, LW or 15W)',
  month: 'the month (1-12 or JAN-DEC)',
  day_of_week: 'the day of the week (0-7 or SUN-SAT, with # or L)',
};

type Values = ScheduleProblem['values'];
const part = ({ cronField, text }: Values) => {
  const words = Object.entries(fieldWords).find(([field]) => field === cronField)?.[1];
  return words ? `'${text}' for ${words}` : `'${text}'`;
};

const sentences: Record<ScheduleProblemCode, (values: Values) => string> = {
  not_an_object: () => 'The schedule must be an object with a type.',
  type_unknown: ({ type }) => `The schedule type '${type}' is not cron, interval or one_shot.`,
  expression_missing: () => 'The cron expression is missing.',
  expression_too_long: ({ max }) => `The cron expression is longer than ${max} characters.`,
  expression_field_count: ({ text }) => `'${text}' must have five fields, or six with seconds in front.`,
  alias_unknown: ({ text }) => `The alias '${text}' is not one of ${cronAliases.join(', ')}.`,
  alias_reboot: () => '@reboot is not supported.',
  field_illegal_character: (values) => `${part(values)} has characters or names that are not allowed.`,
  field_out_of_range: (values) => `${part(values)} is out of range.`,
  field_range_reversed: (values) => `${part(values)} has a range that ends before it begins.`,
  field_step_invalid: (values) => `${part(values)} has an invalid step. Write for example */5 or 0-30/5.`,
  field_not_understood: (values) => `${part(values)} is not valid.`,
  expression_never_occurs: ({ expression, years }) =>
    `'${expression}' matches no date in the next ${years} years.`,
  time_zone_missing: () => 'The time zone is missing. Use an IANA name such as Asia/Tokyo.',
  time_zone_unknown: ({ timeZone }) =>
    `The time zone '${timeZone}' is unknown. Use an IANA name such as Asia/Tokyo.`,
  seconds_not_whole: () => 'The interval must be a whole number of seconds.',
  seconds_out_of_range: ({ min, max }) => `The interval must be from ${min} to ${max} seconds.`,
  anchor_invalid: () => 'anchorAt must be ISO 8601 with an offset.',
  one_shot_invalid: () => 'at must be ISO 8601 with an offset.',
  one_shot_in_past: () => 'The time has passed, and the misfire policy skips missed runs.',
  one_shot_too_far: ({ years }) => `The time is more than ${years} years ahead.`,
};
