import { z } from 'zod';
import {
  limits,
  logHeadCharacters,
  logTailCharacters,
  messageCharactersMax,
  reportLimits,
} from '#domain/limits.ts';
import { countCharacters } from '#domain/excerpt.ts';
import { isKnownTimeZone } from '#domain/schedule/time-zone.ts';

const text = (charactersMax: number) =>
  z
    .string({ error: 'must be text' })
    .refine((value) => countCharacters(value) <= charactersMax, `must be at most ${charactersMax} characters`)
    .meta({ maxLength: charactersMax });

/** A field without a value counts as absent [contract: reports], because scripts fill fields from unset variables. */
const optional = <T extends z.ZodType>(schema: T) => schema.nullish();

const instant = z.union([z.string(), z.number()]).meta({ description: 'An instant (see the introduction).' });

const wholeNumber = ({ min, max }: { min: number; max: number }) =>
  z
    .int({ error: 'must be a whole number' })
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

const tolerances = {
  early_tolerance_seconds: wholeNumber(limits.jobs.earlyToleranceSeconds).nullish(),
  late_tolerance_seconds: wholeNumber(limits.jobs.lateToleranceSeconds).nullish(),
  max_run_seconds: wholeNumber(limits.jobs.maxRunSeconds).nullish(),
  min_run_seconds: wholeNumber(limits.jobs.minRunSeconds).nullish(),
  failure_threshold: wholeNumber(limits.jobs.failureThreshold).nullish(),
  recovery_threshold: wholeNumber(limits.jobs.recoveryThreshold).nullish(),
};

const timeZone = z
  .string({ error: 'is not a known time zone' })
  .refine(isKnownTimeZone, 'is not a known time zone');

/** When a job is expected by the clock. */
export const cronExpectation = z
  .object({
    type: z.literal('cron'),
    expression: z
      .string({ error: 'must be a cron expression' })
      .max(limits.jobs.expectedCron.max, `must be at most ${limits.jobs.expectedCron.max} characters`)
      .meta({
        description:
          'Five fields, six if seconds come first, or an alias such as `@daily`. It must match at least once in 10 years.',
      }),
    timezone: timeZone.meta({
      description: 'An IANA time zone. Required, because a wrong guess would delay alerts by hours.',
    }),
    ...tolerances,
  })
  .meta({ id: 'CronExpectation' });

/** How often a job is expected. */
export const intervalExpectation = z
  .object({
    type: z.literal('interval'),
    seconds: wholeNumber(limits.jobs.expectedIntervalSeconds),
    timezone: timeZone.nullish().meta({ description: 'Accepted, but has no effect.' }),
    ...tolerances,
  })
  .meta({ id: 'IntervalExpectation' });

const common = {
  job_key: text(limits.jobs.jobKey.max).meta({
    minLength: 1,
    description: 'Identifies the job in its company. A new key creates a new job.',
  }),
  title: text(limits.jobs.title.max).meta({ minLength: 1 }),
  tool_id: optional(z.guid({ error: 'must be a UUID' })).meta({
    description: "An entry in the company's tool list.",
  }),
  host: optional(text(reportLimits.hostCharacters)),
  sent_at: optional(instant).meta({
    description: "When the report was sent, by the sender's clock, so that a wrong clock can be measured.",
  }),
};

/**
 * The body of a report as it should be sent; what is wrong in an optional field is taken as meant or left out (parse-report.ts).
 * docs/api/openapi.yaml contains the descriptions.
 */
export const jobReport = z.object({
  ...common,
  status: z.enum(['success', 'error']),
  finished_at: instant,
  message: optional(z.string({ error: 'must be text' })).meta({
    description: `Secrets are removed; the middle of more than ${messageCharactersMax.toLocaleString('en')} characters is cut.`,
  }),
  started_at: optional(instant).meta({
    description: 'An instant. Used for the duration if `duration_ms` is missing.',
  }),
  duration_ms: optional(wholeNumber({ min: limits.runs.durationMs.min, max: reportLimits.durationMs })),
  run_id: optional(text(reportLimits.runIdCharacters)).meta({
    description: 'Your own id of the run, for example a UUID.',
  }),
  // Windows returns codes such as 0xC0000005 as unsigned numbers.
  exit_code: optional(wholeNumber({ min: -(2 ** 31), max: 2 ** 32 - 1 })).meta({
    description: 'Codes above 2147483647, as on Windows, are stored as negative numbers.',
  }),
  log: optional(z.string({ error: 'must be text' })).meta({
    description:
      'The output of the run. Secrets are removed; of a long log the beginning and the end are stored, ' +
      `${(logHeadCharacters + logTailCharacters) / 1024} Ki characters in total.`,
  }),
  metrics: optional(z.record(z.string(), z.number({ error: 'must be a number' }))).meta({
    maxProperties: reportLimits.metrics,
    propertyNames: { maxLength: reportLimits.metricNameCharacters },
  }),
  schedule: optional(z.discriminatedUnion('type', [cronExpectation, intervalExpectation])).meta({
    description:
      'When the job is expected to run. Creates or changes the expectation, unless an admin has locked it.',
  }),
});

/** The body of a start. */
export const jobStart = z.object({
  ...common,
  run_id: text(reportLimits.runIdCharacters).meta({ minLength: 1 }),
  started_at: instant,
});
