import { z } from 'zod';
import {
  limits,
  logHeadCharacters,
  logTailCharacters,
  messageCharactersMax,
  reportLimits,
} from '#domain/limits.ts';
import { type FieldProblem, InvalidInputError } from '#domain/errors.ts';
import { redactSecrets } from '#domain/redaction.ts';
import { parseInstant } from '#domain/report-instant.ts';
import { cleanText, clipMessage, countCharacters, excerptLog } from '#domain/excerpt.ts';
import { parseSchedule } from '#domain/schedule/parse-schedule.ts';
import { isKnownTimeZone } from '#domain/schedule/time-zone.ts';
import { type Expectation, type FinishReport, reportKeyOf, type StartReport } from '#domain/report.ts';
import { problemOf } from '#http/field-problem.ts';

// An empty string counts as absent [contract: reports], because scripts fill fields from unset variables.
const noEmptyText = (value: unknown): unknown => (value === '' || value === undefined ? null : value);

const text = (charactersMax: number) =>
  z
    .string({ error: 'must be text' })
    .transform(cleanText)
    .refine((value) => countCharacters(value) <= charactersMax, `must be at most ${charactersMax} characters`)
    .meta({ maxLength: charactersMax });

const optional = <T extends z.ZodType>(schema: T) => z.preprocess(noEmptyText, schema.nullable()).optional();

const instant = z
  .string({ error: 'must be valid ISO 8601' })
  .transform((value, context) => {
    const parsed = parseInstant(value);
    if (parsed === null) context.addIssue({ code: 'custom', message: 'must be valid ISO 8601' });
    return parsed ?? z.NEVER;
  })
  .meta({ description: 'An instant (see the introduction).' });

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
  .string({ error: 'must be an IANA time zone' })
  .refine(isKnownTimeZone, 'must be an IANA time zone');

// A misspelled tolerance must not be ignored: it would cause a false alarm or hide a real one.
const unknownField: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'unrecognized_keys' ? 'is not a known field' : undefined;

const schedule = z.discriminatedUnion(
  'type',
  [
    z
      .strictObject(
        {
          type: z.literal('cron'),
          expression: z
            .string({ error: 'must be a cron expression' })
            .max(limits.jobs.expectedCron.max, `must be at most ${limits.jobs.expectedCron.max} characters`)
            .transform((value) => value.trim().replace(/\s+/g, ' '))
            .meta({
              description:
                'Five fields, six if seconds come first, or an alias such as `@daily`. It must match at least once in 10 years.',
            }),
          timezone: timeZone.meta({
            description: 'An IANA time zone. Required, because a wrong guess would delay alerts by hours.',
          }),
          ...tolerances,
        },
        { error: unknownField },
      )
      .meta({ id: 'CronExpectation' }),
    z
      .strictObject(
        {
          type: z.literal('interval'),
          seconds: wholeNumber(limits.jobs.expectedIntervalSeconds),
          timezone: timeZone.nullish().meta({ description: 'Accepted, but has no effect.' }),
          ...tolerances,
        },
        { error: unknownField },
      )
      .meta({ id: 'IntervalExpectation' }),
  ],
  { error: "must be an object with the type 'cron' or 'interval'" },
);

const metrics = z
  .record(z.string(), z.number({ error: 'must be a number' }), { error: 'must be an object of numbers' })
  .transform((value) =>
    Object.fromEntries(Object.entries(value).map(([name, count]) => [cleanText(name), count])),
  )
  .refine(
    (value) => Object.keys(value).length <= reportLimits.metrics,
    `must have at most ${reportLimits.metrics} entries`,
  )
  .refine(
    (value) => Object.keys(value).every((name) => countCharacters(name) <= reportLimits.metricNameCharacters),
    `must have names of at most ${reportLimits.metricNameCharacters} characters`,
  )
  .meta({
    maxProperties: reportLimits.metrics,
    propertyNames: { maxLength: reportLimits.metricNameCharacters },
  });

const common = {
  job_key: text(limits.jobs.jobKey.max).meta({
    minLength: 1,
    description: 'Identifies the job in its company. A new key creates a new job.',
  }),
  title: text(limits.jobs.title.max).meta({ minLength: 1 }),
  tool_id: optional(z.uuid({ error: 'must be a UUID' })).meta({
    description: "An entry in the company's tool list.",
  }),
  host: optional(text(reportLimits.hostCharacters)),
  sent_at: optional(instant).meta({
    description: "When the report was sent, by the sender's clock, so that a wrong clock can be measured.",
  }),
};

/** The body of a report. docs/api/openapi.yaml contains the descriptions. */
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
  metrics: optional(metrics),
  schedule: optional(schedule).meta({
    description:
      'When the job is expected to run. Creates or changes the expectation, unless an admin has locked it.',
  }),
});

/** The body of a start. */
export const jobStart = z.object({
  ...common,
  run_id: text(200).meta({ minLength: 1 }),
  started_at: instant,
});

type Body = Record<string, unknown>;

function toObject(body: unknown): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InvalidInputError('Invalid JSON body', [{ field: 'body', problem: 'must be an object' }]);
  return body as Body;
}

const isGiven = (value: unknown): boolean => typeof value === 'string' && cleanText(value) !== '';

function requireText(body: Body, field: string): void {
  if (!isGiven(body[field])) throw new InvalidInputError(`${field} is required`);
}

function requireInstant(body: Body, field: string): void {
  const value = body[field];
  if (value === undefined || value === null || value === '' || value === false || value === 0) {
    throw new InvalidInputError(`${field} is required`);
  }
  if (typeof value !== 'string' || parseInstant(value) === null) {
    throw new InvalidInputError(`${field} must be valid ISO 8601`);
  }
}

function toInvalidInput(error: z.ZodError): InvalidInputError {
  const problems: FieldProblem[] = error.issues.slice(0, 20).flatMap((issue) => {
    const path = issue.path.map((part) => cleanText(String(part)).slice(0, 100));
    const fields =
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => [...path, cleanText(key).slice(0, 100)])
        : [path];
    return fields.map((field) => ({ field: field.join('.'), problem: issue.message }));
  });
  const [first] = problems;
  return new InvalidInputError(first ? `${first.field} ${first.problem}` : 'Invalid JSON body', problems);
}

function parse<T extends z.ZodType>(schema: T, body: Body): z.output<T> {
  const parsed = schema.safeParse(body, { error: problemOf });
  if (!parsed.success) throw toInvalidInput(parsed.error);
  return parsed.data;
}

// Scripts send the same schedule with each report; only the first one needs a full check.
const knownSchedules = new Set<string>();
const knownSchedulesMax = 10_000;

function checkCron(expression: string, zone: string, now: Date): void {
  const schedule = `${zone} ${expression}`;
  if (knownSchedules.has(schedule)) return;
  const parsed = parseSchedule({ type: 'cron', expression, timeZone: zone }, { now, misfire: 'once' });
  if (!parsed.ok) {
    const details = parsed.problems.map(({ sentence }) => ({
      field: 'schedule.expression',
      problem: sentence,
    }));
    throw new InvalidInputError(`schedule.expression cannot be used: ${details[0]?.problem}`, details);
  }
  if (knownSchedules.size >= knownSchedulesMax) knownSchedules.clear();
  knownSchedules.add(schedule);
}

function toExpectation(declared: z.output<typeof schedule>, now: Date): Expectation {
  if (declared.type === 'cron') checkCron(declared.expression, declared.timezone, now);
  return {
    ...(declared.type === 'cron'
      ? { type: 'cron', expression: declared.expression, timezone: declared.timezone }
      : { type: 'interval', seconds: declared.seconds }),
    earlyToleranceSeconds: declared.early_tolerance_seconds ?? undefined,
    lateToleranceSeconds: declared.late_tolerance_seconds ?? undefined,
    maxRunSeconds: declared.max_run_seconds ?? undefined,
    minRunSeconds: declared.min_run_seconds ?? undefined,
    failureThreshold: declared.failure_threshold ?? undefined,
    recoveryThreshold: declared.recovery_threshold ?? undefined,
  };
}

/** The context of a body: facts about the request, and secrets that must not be stored. */
export interface ReportContext {
  idempotencyKey: string | null;
  secrets: readonly string[];
  now: Date;
}

function cleanIdempotencyKey(given: string | null): string | null {
  if (given === null || given === '') return null;
  const key = cleanText(given);
  if (countCharacters(key) > reportLimits.idempotencyKeyCharacters) {
    const problem = `must be at most ${reportLimits.idempotencyKeyCharacters} characters`;
    throw new InvalidInputError(`Idempotency-Key ${problem}`, [{ field: 'Idempotency-Key', problem }]);
  }
  return key;
}

/**
 * Parses the body of `POST /api/monitor/job-report`; errors have the contract's sentences and order.
 * @throws InvalidInputError
 */
export function parseJobReport(
  input: unknown,
  { idempotencyKey, secrets, now }: ReportContext,
): FinishReport {
  const body = toObject(input);
  requireText(body, 'job_key');
  requireText(body, 'title');
  if (body.status !== 'success' && body.status !== 'error') {
    throw new InvalidInputError("status must be 'success' or 'error'");
  }
  requireInstant(body, 'finished_at');
  const report = parse(jobReport, body);
  const message = report.message ? clipMessage(redactSecrets(cleanText(report.message), secrets)) : null;
  return {
    kind: 'finish',
    jobKey: report.job_key,
    title: report.title,
    toolId: report.tool_id ?? null,
    host: report.host || null,
    state: report.status === 'success' ? 'success' : 'failed',
    startedAt: report.started_at ?? null,
    finishedAt: report.finished_at,
    durationMs: report.duration_ms ?? null,
    reportKey: reportKeyOf({
      runId: report.run_id || null,
      idempotencyKey: cleanIdempotencyKey(idempotencyKey),
      status: report.status,
      finishedAt: report.finished_at,
    }),
    sentAt: report.sent_at ?? null,
    message: message || null,
    exitCode: report.exit_code == null ? null : report.exit_code | 0,
    metrics: report.metrics ?? null,
    log: report.log ? excerptLog(redactSecrets(cleanText(report.log), secrets)) : null,
    expectation: report.schedule ? toExpectation(report.schedule, now) : null,
  };
}

/**
 * Parses the body of `POST /api/monitor/job-start`; returns the start and the sender's run id.
 * @throws InvalidInputError
 */
export function parseJobStart(input: unknown): { report: StartReport; runId: string } {
  const body = toObject(input);
  requireText(body, 'job_key');
  requireText(body, 'title');
  requireText(body, 'run_id');
  requireInstant(body, 'started_at');
  const start = parse(jobStart, body);
  const report: StartReport = {
    kind: 'start',
    jobKey: start.job_key,
    title: start.title,
    toolId: start.tool_id ?? null,
    host: start.host || null,
    reportKey: `run:${start.run_id}`,
    startedAt: start.started_at,
    sentAt: start.sent_at ?? null,
  };
  return { report, runId: start.run_id };
}
