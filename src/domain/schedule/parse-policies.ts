import { z } from 'zod';
import { blackoutsMax, limits, misfireLimitDefault } from '#domain/limits.ts';
import { limitsInIssue } from '#domain/limits-in-issue.ts';
import { misfirePolicies, overlapPolicies } from './schedule.ts';
import type { SchedulePolicies } from './schedule.ts';
import { isKnownTimeZone } from './time-zone.ts';

export type PolicyProblemCode =
  | 'choice_unknown'
  | 'number_out_of_range'
  | 'time_of_day_invalid'
  | 'days_invalid'
  | 'time_zone_unknown'
  | 'instant_invalid'
  | 'window_ends_before_it_starts'
  | 'too_many_windows'
  | 'not_understood';

/** `field` is a path such as `blackouts.0.from`. */
export interface PolicyProblem {
  field: string;
  problem: PolicyProblemCode;
  values: Record<string, number>;
  sentence: string;
}

export type ParsedPolicies =
  { ok: true; policies: SchedulePolicies } | { ok: false; problems: PolicyProblem[] };

const refusedAs = (code: PolicyProblemCode) => ({ error: code });
const timeOfDay = z
  .string(refusedAs('time_of_day_invalid'))
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'time_of_day_invalid');
const instant = z.union(
  [z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))],
  refusedAs('instant_invalid'),
);
const wholeNumber = ({ min, max }: { min: number; max: number }) =>
  z.custom<number>((value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max, {
    error: 'number_out_of_range',
    params: { min, max },
  });

const weeklyBlackout = z.object({
  type: z.literal('weekly'),
  days: z
    .array(z.number().int().min(0).max(6), refusedAs('days_invalid'))
    .min(1, 'days_invalid')
    .refine((days) => new Set(days).size === days.length, 'days_invalid'),
  from: timeOfDay,
  to: z
    .string(refusedAs('time_of_day_invalid'))
    .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'time_of_day_invalid'),
  timeZone: z.string(refusedAs('time_zone_unknown')).refine(isKnownTimeZone, 'time_zone_unknown'),
});

const oneOffBlackout = z
  .object({ type: z.literal('one_off'), startsAt: instant, endsAt: instant })
  .refine(({ startsAt, endsAt }) => startsAt < endsAt, {
    error: 'window_ends_before_it_starts',
    path: ['endsAt'],
  });

const policiesSchema = z.object({
  misfire: z.enum(misfirePolicies, refusedAs('choice_unknown')).default('once'),
  misfireLimit: wholeNumber(limits.schedules.misfireLimit).default(misfireLimitDefault),
  overlap: z.enum(overlapPolicies, refusedAs('choice_unknown')).default('skip'),
  spreadSeconds: wholeNumber(limits.schedules.spreadSeconds).default(0),
  blackouts: z
    .array(z.discriminatedUnion('type', [weeklyBlackout, oneOffBlackout], refusedAs('choice_unknown')))
    .max(blackoutsMax, 'too_many_windows')
    .default([]),
  catchUpAfterEnable: z.boolean().default(false),
});

/** Reads the policies of a schedule from outside; missing ones get their defaults [rule 21: misfire and overlap]. */
export function parsePolicies(input: unknown): ParsedPolicies {
  const parsed = policiesSchema.safeParse(input);
  if (parsed.success) return { ok: true, policies: parsed.data };
  return {
    ok: false,
    problems: parsed.error.issues.map((issue) => {
      const problem = codeOf(issue.message);
      const field = issue.path.join('.');
      const values = limitsInIssue(issue);
      return { field, problem, values, sentence: `${field || 'policies'}: ${sentences[problem](values)}` };
    }),
  };
}

function codeOf(message: string): PolicyProblemCode {
  return policyProblemCodes.find((code) => code === message) ?? 'not_understood';
}

const sentences: Record<PolicyProblemCode, (values: PolicyProblem['values']) => string> = {
  choice_unknown: () => 'must be one of the known values.',
  number_out_of_range: ({ min, max }) => `must be a whole number from ${min} to ${max}.`,
  time_of_day_invalid: () => 'must be a time of day, HH:MM.',
  days_invalid: () => 'must be a list of different days, 0 (Sunday) to 6 (Saturday).',
  time_zone_unknown: () => 'must be a known IANA time zone.',
  instant_invalid: () => 'must be ISO 8601 with an offset.',
  window_ends_before_it_starts: () => 'must be later than startsAt.',
  too_many_windows: ({ max }) => `must have at most ${max} windows.`,
  not_understood: () => 'is not valid.',
};
const policyProblemCodes = Object.keys(sentences) as PolicyProblemCode[];
