import { blackoutsMax } from '#domain/limits.ts';
import { type FieldProblem, InvalidInputError } from '#domain/errors.ts';
import { parsePolicies } from '#domain/schedule/parse-policies.ts';
import { parseSchedule } from '#domain/schedule/parse-schedule.ts';
import {
  isClockTime,
  monthDays,
  type PlainTimes,
  weekDays,
  writePlainTimes,
} from '#domain/schedule/plain-times.ts';
import type { BlackoutWindow, Schedule, SchedulePolicies } from '#domain/schedule/schedule.ts';
import { instantOfWallTime, isKnownTimeZone } from '#domain/schedule/time-zone.ts';

type Fields = Readonly<Record<string, unknown>>;

export const intervalUnits = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;
export type IntervalUnit = keyof typeof intervalUnits;

const textOf = (form: Fields, name: string): string => {
  const value = form[name];
  return typeof value === 'string' ? value.trim() : '';
};

/** Reads the value of a datetime-local field in a time zone; null if it is not a time. */
export function readLocalTime(text: string, timeZone: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text)) return null;
  const wallMs = Date.parse(`${text}Z`);
  return Number.isNaN(wallMs) ? null : new Date(instantOfWallTime(timeZone, wallMs));
}

/** Returns the instants of a schedule that its form shows. */
export function instantsInForm(when: { schedule: Schedule; policies: SchedulePolicies } | null): Date[] {
  if (!when) return [];
  const { schedule, policies } = when;
  return [
    ...(schedule.type === 'interval' ? [schedule.anchorAt] : []),
    ...(schedule.type === 'one_shot' ? [schedule.at] : []),
    ...policies.blackouts.flatMap((window) =>
      window.type === 'one_off' ? [window.startsAt, window.endsAt] : [],
    ),
  ];
}

/** Formats an instant for a datetime-local field in a time zone. */
export function formatLocalTime(at: Date, timeZone: string): string {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return clock.format(at).replace(' ', 'T').replace(/:00$/, '');
}

/** Expresses an interval in its largest whole unit. */
export function splitInterval(seconds: number): { count: number; unit: IntervalUnit } {
  const units = Object.entries(intervalUnits).reverse() as [IntervalUnit, number][];
  const [unit, size] = units.find(([, candidate]) => seconds % candidate === 0) ?? ['seconds', 1];
  return { count: seconds / size, unit };
}

/**
 * The fields for users who do not know cron. Each day is a checkbox of its own, so that an invalid form keeps the
 * chosen days.
 */
function plainTimesOf(form: Fields): PlainTimes {
  const time = textOf(form, 'time');
  if (textOf(form, 'type') === 'weekly') {
    return { type: 'weekly', time, days: weekDays.filter((day) => `day.${day}` in form) };
  }
  const day = textOf(form, 'monthDay');
  return { type: 'monthly', time, day: day === 'last' ? 'last' : Number(day) };
}

function findPlainProblems(times: PlainTimes): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (!isClockTime(times.time)) problems.push({ field: 'time', problem: 'time_of_day_invalid' });
  // No single field holds the days, so this problem is shown for the whole form.
  if (times.type === 'weekly' && times.days.length === 0)
    problems.push({ field: '', problem: 'days_invalid' });
  if (times.type === 'monthly' && !monthDays.includes(times.day)) {
    problems.push({ field: 'monthDay', problem: 'choice_unknown' });
  }
  return problems.map(({ field, problem }) => ({ field, problem: `schedules.problems.${problem}` }));
}

const isPlain = (form: Fields): boolean => ['weekly', 'monthly'].includes(textOf(form, 'type'));

function writtenSchedule(form: Fields, instantOf: (text: string) => Date | null): unknown {
  switch (textOf(form, 'type')) {
    case 'weekly':
    case 'monthly':
      return {
        type: 'cron',
        expression: writePlainTimes(plainTimesOf(form)),
        timeZone: textOf(form, 'timeZone'),
      };
    case 'cron':
      return { type: 'cron', expression: textOf(form, 'expression'), timeZone: textOf(form, 'timeZone') };
    case 'interval': {
      const unit = Object.entries(intervalUnits).find(([name]) => name === textOf(form, 'unit'));
      const anchor = textOf(form, 'anchorAt');
      return {
        type: 'interval',
        seconds: Number(textOf(form, 'seconds') || Number.NaN) * (unit?.[1] ?? 1),
        ...(anchor !== '' && { anchorAt: instantOf(anchor) ?? 'wrong' }),
      };
    }
    case 'one_shot':
      return { type: 'one_shot', at: instantOf(textOf(form, 'at')) ?? 'wrong' };
    default:
      return { type: textOf(form, 'type') };
  }
}

/** Ignores empty rows; keeps the position of the others for their problems. */
function writtenBlackouts(
  form: Fields,
  timeZone: string,
  instantOf: (text: string) => Date | null,
): { row: number; window: unknown }[] {
  const rows = Array.from({ length: blackoutsMax }, (_, row) => row);
  return rows.flatMap((row): { row: number; window: unknown }[] => {
    const text = (name: string) => textOf(form, `blackout.${row}.${name}`);
    if (text('type') === 'weekly') {
      const days = form[`blackout.${row}.days`];
      const [from, to] = [text('from'), text('to')];
      if (from === '' && to === '') return [];
      const zone = text('timeZone') || timeZone;
      const chosen = Array.isArray(days) ? days.map(Number) : [];
      return [
        { row, window: { type: 'weekly', days: chosen, from, to: to === '' ? '24:00' : to, timeZone: zone } },
      ];
    }
    const [startsAt, endsAt] = [text('startsAt'), text('endsAt')];
    if (startsAt === '' && endsAt === '') return [];
    return [
      {
        row,
        window: {
          type: 'one_off',
          startsAt: instantOf(startsAt) ?? 'wrong',
          endsAt: instantOf(endsAt) ?? 'wrong',
        },
      },
    ];
  });
}

const numberOf = (text: string): number | undefined => (text === '' ? undefined : Number(text));

/**
 * Parses the form of a schedule.
 * @param timeZone the tenant's zone, for times without a zone
 * @param stored instants that the form showed; one that is still there is kept as it is, because its text has neither
 *   milliseconds nor which of two equal hours is meant
 * @throws InvalidInputError with the form's field and the translation key of each problem
 */
export function readScheduleForm(
  form: Fields,
  { now, timeZone, stored = [] }: { now: Date; timeZone: string; stored?: readonly Date[] },
): { schedule: Schedule; policies: SchedulePolicies } {
  const instantOf = (text: string) =>
    stored.find((at) => formatLocalTime(at, timeZone) === text) ?? readLocalTime(text, timeZone);
  const blackouts = isKnownTimeZone(timeZone) ? writtenBlackouts(form, timeZone, instantOf) : [];
  const policies = parsePolicies({
    misfire: textOf(form, 'misfire') || undefined,
    misfireLimit: numberOf(textOf(form, 'misfireLimit')),
    overlap: textOf(form, 'overlap') || undefined,
    spreadSeconds: numberOf(textOf(form, 'spreadSeconds')),
    blackouts: blackouts.map(({ window }) => window),
    catchUpAfterEnable: 'catchUpAfterEnable' in form,
  });
  const misfire = policies.ok ? policies.policies.misfire : 'once';
  const plainProblems = isPlain(form) ? findPlainProblems(plainTimesOf(form)) : [];
  if (plainProblems.length > 0) throw new InvalidInputError('The schedule is invalid', plainProblems);
  const schedule = parseSchedule(writtenSchedule(form, instantOf), { now, misfire });
  if (policies.ok && schedule.ok) return { schedule: schedule.schedule, policies: policies.policies };
  const problems: FieldProblem[] = schedule.ok
    ? []
    : schedule.problems.map(({ field, problem, values }) => ({
        field: field === 'schedule' ? 'type' : field,
        problem: `schedules.problems.${problem}`,
        values,
      }));
  const policyProblems: FieldProblem[] = policies.ok
    ? []
    : policies.problems.map(({ field, problem, values }) => ({
        field: field.replace(
          /^blackouts\.(\d+)/,
          (_, index: string) => `blackout.${blackouts[Number(index)]?.row ?? index}`,
        ),
        problem: `schedules.problems.${problem}`,
        values,
      }));
  throw new InvalidInputError('The schedule is invalid', [...problems, ...policyProblems]);
}

/** The initial values of a row of blackout windows. */
export type BlackoutRow =
  | { type: 'weekly'; days: readonly number[]; from: string; to: string; timeZone: string }
  | { type: 'one_off'; startsAt: string; endsAt: string };

/** Returns the rows of the form: the existing windows, and an empty row of each kind. */
export function blackoutRows(blackouts: readonly BlackoutWindow[], timeZone: string): BlackoutRow[] {
  const rows = blackouts.map((window): BlackoutRow =>
    window.type === 'weekly'
      ? window
      : {
          type: 'one_off',
          startsAt: formatLocalTime(window.startsAt, timeZone),
          endsAt: formatLocalTime(window.endsAt, timeZone),
        },
  );
  return [
    ...rows,
    { type: 'weekly', days: [], from: '', to: '', timeZone },
    { type: 'one_off', startsAt: '', endsAt: '' },
  ];
}
