import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import type { FieldProblem } from '#domain/errors.ts';
import { parsePolicies } from '#domain/schedule/parse-policies.ts';
import { parseSchedule } from '#domain/schedule/parse-schedule.ts';
import { misfirePolicies, overlapPolicies } from '#domain/schedule/schedule.ts';
import type { Schedule, SchedulePolicies } from '#domain/schedule/schedule.ts';
import { defaultRetryPolicy } from '#domain/run/retry-policy.ts';
import type { RetryPolicy } from '#domain/run/retry-policy.ts';
import { findPayloadSchemaProblems, localizedTextSchema, payloadSchemaSchema } from './payload-schema.ts';
import type { LocalizedText, PayloadSchema } from './payload-schema.ts';

const slug = (what: string) =>
  z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,63}$/, `must be ${what}: lower-case letters, digits, - and _, 64 at most`);
const wholeNumber = ({ min, max }: { min: number; max: number }) =>
  z
    .int(`must be a whole number from ${min} to ${max}`)
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

const instantText = z.iso.datetime({ offset: true, error: 'must be ISO 8601 with an offset' });
const scheduleSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('cron'), expression: z.string() }),
    z.strictObject({ type: z.literal('interval'), seconds: z.number(), anchorAt: instantText.optional() }),
    z.strictObject({ type: z.literal('one_shot'), at: instantText }),
  ],
  'must have the type cron, interval or one_shot',
);

const jobSchema = z.strictObject({
  name: slug('a name').describe('Stable name of the job within the plugin.'),
  title: localizedTextSchema.optional().describe('What screens show; the name when absent.'),
  description: localizedTextSchema.optional(),
  route: z
    .string()
    .regex(/^\/[\w./~-]*$/, 'must be a path that starts with / and has no query')
    .optional()
    .describe('Remote plugins: path below baseUrl to which the run is sent.'),
  handler: slug('a handler')
    .optional()
    .describe('Built-in plugins: which handler runs the job; the one with its name when absent.'),
  cron: z.string().optional().describe('Short for a schedule of the type cron.'),
  schedule: scheduleSchema.optional(),
  timeZone: z.string().optional().describe("IANA name; the tenant's zone when absent."),
  timeoutSec: wholeNumber(limits.jobs.timeoutSeconds).default(300),
  retry: z
    .strictObject({
      maxAttempts: wholeNumber(limits.jobs.maxAttempts)
        .default(defaultRetryPolicy.maxAttempts)
        .describe('The first included.'),
      backoffSec: wholeNumber(limits.jobs.backoffSeconds).default(defaultRetryPolicy.backoffSeconds),
      maxBackoffSec: wholeNumber(limits.jobs.maxBackoffSeconds).default(defaultRetryPolicy.maxBackoffSeconds),
    })
    .optional(),
  cursor: z.boolean().default(false).describe('Whether the job keeps a cursor from run to run.'),
  concurrency: wholeNumber(limits.jobs.concurrencyLimit)
    .default(1)
    .describe('Runs of this job at the same time.'),
  payload: payloadSchemaSchema.optional(),
  overlap: z.enum(overlapPolicies, `must be one of ${overlapPolicies.join(', ')}`).default('skip'),
  misfire: z.enum(misfirePolicies, `must be one of ${misfirePolicies.join(', ')}`).default('once'),
  spreadSec: wholeNumber(limits.schedules.spreadSeconds).default(0),
  priority: z.enum(['high', 'normal'], 'must be high or normal').default('normal'),
});

/** The shape of `plugin.json`; published as docs/api/plugin.schema.json. */
const manifestSchema = z.strictObject({
  $schema: z.string().optional(),
  id: slug('an id').describe('Stable id of the plugin; the name of its folder when built in.'),
  name: localizedTextSchema,
  description: localizedTextSchema.optional(),
  version: z.string().regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/, 'must be a version such as 1.0.0'),
  kind: z.enum(['built_in', 'remote'], 'must be built_in or remote').default('built_in'),
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .optional()
    .describe('Remote plugins: where the service listens.'),
  jobs: z.array(jobSchema).min(1, 'must have at least one job').max(100, 'must have at most 100 jobs'),
});
type ManifestInput = z.infer<typeof manifestSchema>;
type JobInput = ManifestInput['jobs'][number];

/** A validated manifest with all defaults filled in. */
export interface PluginManifest {
  id: string;
  name: LocalizedText;
  description: LocalizedText | null;
  version: string;
  kind: 'built_in' | 'remote';
  /** Without a trailing slash; null for a built-in plugin. */
  baseUrl: string | null;
  jobs: PluginJob[];
}

export interface PluginJob {
  name: string;
  title: LocalizedText;
  description: LocalizedText | null;
  /** What to call: a path below `baseUrl` (remote), or the name of a handler (built in). */
  target: { kind: 'route'; route: string } | { kind: 'handler'; handler: string };
  /** Null for a job that only users and the API start. */
  schedule: Schedule | null;
  policies: SchedulePolicies;
  timeoutSeconds: number;
  retry: RetryPolicy;
  hasCursor: boolean;
  concurrency: number;
  payloadSchema: PayloadSchema | null;
  priority: 'high' | 'normal';
}

export type ParsedManifest = { ok: true; manifest: PluginManifest } | { ok: false; problems: FieldProblem[] };

/**
 * Reads a `plugin.json`. Each problem has a path (`jobs[0].retry.maxAttempts`) and an English sentence. Unknown keys are
 * rejected, because otherwise a misspelled `timeoutSec` would silently become the default.
 */
export function parseManifest(
  input: unknown,
  { now, defaultTimeZone }: { now: Date; defaultTimeZone: string },
): ParsedManifest {
  const shape = manifestSchema.safeParse(input);
  if (!shape.success) return { ok: false, problems: shape.error.issues.flatMap(issueToProblems) };
  const problems = findManifestProblems(shape.data);
  const jobs = shape.data.jobs.map((job, index) => {
    const path = `jobs[${index}]`;
    const { schedule, problems: scheduleProblems } = scheduleOf(job, path, { now, defaultTimeZone });
    problems.push(...scheduleProblems);
    return jobOf(job, shape.data.kind, schedule);
  });
  if (problems.length > 0) return { ok: false, problems };
  const { id, name, description, version, kind, baseUrl } = shape.data;
  const base = kind === 'remote' && baseUrl ? baseUrl.replace(/\/+$/, '') : null;
  return {
    ok: true,
    manifest: { id, name, description: description ?? null, version, kind, baseUrl: base, jobs },
  };
}

/** Returns the JSON Schema of `plugin.json` for editors. parseManifest checks what a schema cannot express. */
export function manifestJsonSchema(): object {
  return {
    title: 'TC Portal plugin manifest',
    ...z.toJSONSchema(manifestSchema, { io: 'input' }),
  };
}

function jobOf(job: JobInput, kind: PluginManifest['kind'], schedule: Schedule | null): PluginJob {
  const { retry } = job;
  const parsed = parsePolicies({ misfire: job.misfire, overlap: job.overlap, spreadSeconds: job.spreadSec });
  if (!parsed.ok) throw new Error('The manifest allows policies that parsePolicies rejects.');
  return {
    name: job.name,
    title: job.title ?? job.name,
    description: job.description ?? null,
    target:
      kind === 'remote'
        ? { kind: 'route', route: job.route ?? '/' }
        : { kind: 'handler', handler: job.handler ?? job.name },
    schedule,
    policies: parsed.policies,
    timeoutSeconds: job.timeoutSec,
    retry: retry
      ? {
          maxAttempts: retry.maxAttempts,
          backoffSeconds: retry.backoffSec,
          maxBackoffSeconds: retry.maxBackoffSec,
        }
      : defaultRetryPolicy,
    hasCursor: job.cursor,
    concurrency: job.concurrency,
    payloadSchema: job.payload ?? null,
    priority: job.priority,
  };
}

function scheduleOf(
  job: JobInput,
  path: string,
  { now, defaultTimeZone }: { now: Date; defaultTimeZone: string },
): { schedule: Schedule | null; problems: FieldProblem[] } {
  const { cron, schedule } = job;
  if (cron !== undefined && schedule) {
    return {
      schedule: null,
      problems: [{ field: path, problem: 'has both cron and schedule: use only one of them' }],
    };
  }
  const written = cron === undefined ? schedule : { type: 'cron' as const, expression: cron };
  if (!written) return { schedule: null, problems: [] };
  const timed = written.type === 'cron' ? { ...written, timeZone: job.timeZone ?? defaultTimeZone } : written;
  const parsed = parseSchedule(timed, { now, misfire: job.misfire });
  if (parsed.ok) return { schedule: parsed.schedule, problems: [] };
  const problems = parsed.problems.map(({ field, sentence }) => {
    const key = field === 'timeZone' ? 'timeZone' : cron === undefined ? `schedule.${field}` : 'cron';
    return { field: `${path}.${key}`, problem: sentence };
  });
  return { schedule: null, problems };
}

/** Finds contradictions between parts that are valid on their own. */
function findManifestProblems({ kind, baseUrl, jobs }: ManifestInput): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const add = (field: string, problem: string) => problems.push({ field, problem });
  if (kind === 'remote' && baseUrl === undefined) add('baseUrl', 'is required for a remote plugin');
  if (kind === 'built_in' && baseUrl !== undefined) add('baseUrl', 'is only for remote plugins');
  if (baseUrl && /[?#@]/.test(baseUrl)) add('baseUrl', 'must have no credentials, query or fragment');

  const names = new Set<string>();
  for (const [index, job] of jobs.entries()) {
    const path = `jobs[${index}]`;
    if (names.has(job.name)) add(`${path}.name`, `'${job.name}' is already the name of another job`);
    names.add(job.name);
    if (kind === 'remote' && job.route === undefined) add(`${path}.route`, 'is required for a remote plugin');
    if (kind === 'remote' && job.handler !== undefined)
      add(`${path}.handler`, 'is only for built-in plugins');
    if (kind === 'built_in' && job.route !== undefined) add(`${path}.route`, 'is only for remote plugins');
    if (job.retry && job.retry.maxBackoffSec < job.retry.backoffSec) {
      add(`${path}.retry.maxBackoffSec`, 'must not be less than backoffSec');
    }
    if (job.payload) {
      for (const [where, problem] of findPayloadSchemaProblems(job.payload)) {
        add(`${path}.payload.${where.join('.')}`, problem);
      }
    }
  }
  return problems;
}

function issueToProblems(issue: z.core.$ZodIssue): FieldProblem[] {
  const field = pathOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: pathOf([...issue.path, key]), problem: 'is not a known key' }));
  }
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    const isMissing = issue.message.endsWith('received undefined');
    return [{ field, problem: isMissing ? 'is required' : `must be of type ${issue.expected}` }];
  }
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    return [{ field, problem: 'must be text, or an object with ja and en' }];
  }
  return [{ field, problem: issue.message }];
}

/** Formats a path as `jobs[0].retry.maxAttempts`. */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text.replace(/^\./, '') || 'plugin.json';
}
