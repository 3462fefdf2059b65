import { z } from 'zod';
import { offReasons } from '#domain/schedule/plan-occurrences.ts';
import { parseTitlePageCursor } from '#domain/page-cursor.ts';
import { pageCursor, pageSize } from '#http/api-input.ts';
import { answer, operation, refusal } from '#http/operation.ts';

const instant = z.iso.datetime();

const schedulerStatus = z
  .object({
    is_enabled: z.boolean(),
    jobs: z.int(),
    enabled_jobs: z.int(),
    running_jobs: z.int().meta({ description: 'Running runs.' }),
    running: z
      .array(z.object({ job_id: z.guid(), execution_id: z.guid(), started_at: instant }))
      .meta({ description: 'The runs that are running, the newest first; at most 100.' }),
    waiting_jobs: z.int().meta({ description: 'Pending runs.' }),
    oldest_waiting_seconds: z.number(),
    next_run_at: instant.nullable(),
    last_tick_at: instant
      .nullable()
      .meta({ description: 'Last heartbeat of the scheduler, if it was within a day.' }),
    last_tick_age_seconds: z.number().nullable(),
    workers: z.int().meta({ description: 'Workers with a heartbeat in the last minute.' }),
  })
  .meta({ id: 'SchedulerStatus' });

const schedulerJob = z
  .object({
    id: z.guid(),
    name: z
      .string()
      .meta({ description: 'The Japanese name if the plugin names the job in both languages.' }),
    titles: z.object({ ja: z.string(), en: z.string() }).nullable().meta({
      description: 'Its name in both languages, from its plugin; null once an admin has renamed it.',
    }),
    description: z.string().nullable(),
    job_type: z.string().meta({ description: "The name of the job in the plugin's manifest." }),
    schedule: z.string().nullable().meta({
      description: 'A cron expression, `every n seconds`, or `at <instant>`; null without a schedule.',
    }),
    schedule_type: z.enum(['cron', 'interval', 'one_shot']).nullable(),
    time_zone: z.string().nullable(),
    is_enabled: z.boolean(),
    off_reason: z.enum(offReasons).nullable().meta({
      description: 'What keeps its schedule from starting it: the job, its plugin or everything is off.',
    }),
    off_since: instant.nullable(),
    is_running: z.boolean(),
    current_execution_id: z
      .guid()
      .nullable()
      .meta({ description: 'The run that is running; the newest, if there are several.' }),
    last_run_at: instant.nullable(),
    last_status: z.enum(['success', 'error']).nullable(),
    next_run_at: instant.nullable().meta({ description: 'Null while it is off.' }),
    plugin_id: z.guid(),
  })
  .meta({ id: 'SchedulerJob' });

/** The scheduler's status as defined in [contract: scheduler]. */
export type SchedulerStatusAnswer = z.output<typeof schedulerStatus>;
/** A job as defined in [contract: scheduler], with a few more fields. */
export type SchedulerJob = z.output<typeof schedulerJob>;

const executionIdExample = '550e8400-e29b-41d4-a716-446655440000';

const jobExample: SchedulerJob = {
  id: '7d4a3c0e-2f0b-4d55-8a1e-5b8f0c9d2e11',
  name: '上場企業情報取得',
  titles: { ja: '上場企業情報取得', en: 'Listed companies' },
  description: 'J-Quants API から上場企業情報を取得する',
  job_type: 'listed_companies',
  schedule: '0 6 * * *',
  schedule_type: 'cron',
  time_zone: 'Asia/Tokyo',
  is_enabled: true,
  off_reason: null,
  off_since: null,
  is_running: false,
  current_execution_id: null,
  last_run_at: '2026-11-20T21:00:00.000Z',
  last_status: 'success',
  next_run_at: '2026-11-21T21:00:00.000Z',
  plugin_id: '660e8400-e29b-41d4-a716-446655440001',
};

export const enabledBody = z.object({ enabled: z.boolean() }).meta({ id: 'Enabled' });
const wrongEnabledBody = refusal(
  'The body is invalid.',
  {
    error: 'enabled must be true or false',
    details: [{ field: 'enabled', problem: 'must be true or false' }],
  },
  'Invalid JSON body',
);

export const getSchedulerStatus = operation({
  id: 'getSchedulerStatus',
  method: 'GET',
  path: '/api/scheduler/status',
  tag: 'Scheduler',
  summary: 'Get the status of the scheduler',
  description:
    'The global switch, the number of jobs, the queue, and whether scheduler and workers are running.',
  access: 'read',
  answers: {
    200: answer(schedulerStatus, 'Switch, jobs, queue and heartbeats.', {
      'Two workers': {
        is_enabled: true,
        jobs: 12,
        enabled_jobs: 11,
        running_jobs: 1,
        running: [
          { job_id: jobExample.id, execution_id: executionIdExample, started_at: '2026-11-21T06:00:00.120Z' },
        ],
        waiting_jobs: 0,
        oldest_waiting_seconds: 0,
        next_run_at: '2026-11-21T21:00:00.000Z',
        last_tick_at: '2026-11-21T06:00:00.412Z',
        last_tick_age_seconds: 0.6,
        workers: 2,
      },
    }),
  },
});

export const setSchedulerEnabled = operation({
  id: 'setSchedulerEnabled',
  method: 'PUT',
  path: '/api/scheduler/enabled',
  tag: 'Scheduler',
  summary: 'Enable or disable all schedules',
  description:
    'Runs in progress continue, and users can still start jobs. Runs that do not start meanwhile are recorded with the reason.',
  access: 'admin',
  body: { schema: enabledBody, examples: { 'Disable all': { enabled: false } } },
  answers: {
    200: answer(z.object({ is_enabled: z.boolean() }).meta({ id: 'SchedulerSwitch' }), 'The new state.', {
      Disabled: { is_enabled: false },
    }),
  },
  refusals: { 400: wrongEnabledBody },
});

export const listSchedulerJobs = operation({
  id: 'listSchedulerJobs',
  method: 'GET',
  path: '/api/scheduler/jobs',
  tag: 'Scheduler',
  summary: 'List the jobs that the portal runs',
  description: 'Ordered by name.',
  access: 'read',
  query: z.object({
    limit: pageSize({ byDefault: 100, max: 500 }),
    after: pageCursor(parseTitlePageCursor),
    enabled: z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional()
      .meta({ description: 'Only enabled (`true`) or only disabled jobs (`false`).' }),
  }),
  answers: {
    200: answer(
      z
        .object({
          jobs: z.array(schedulerJob),
          next: z.string().nullable().meta({ description: '`after` of the next page.' }),
        })
        .meta({ id: 'SchedulerJobPage' }),
      'One page.',
      { 'The only page': { jobs: [jobExample], next: null } },
    ),
  },
});

export const getSchedulerJob = operation({
  id: 'getSchedulerJob',
  method: 'GET',
  path: '/api/scheduler/jobs/:id',
  tag: 'Scheduler',
  summary: 'Get a job that the portal runs',
  access: 'read',
  params: { id: 'Job not found' },
  answers: { 200: answer(schedulerJob, 'The job.', { 'A daily job': jobExample }) },
});

export const setSchedulerJobEnabled = operation({
  id: 'setSchedulerJobEnabled',
  method: 'PUT',
  path: '/api/scheduler/jobs/:id/enabled',
  tag: 'Scheduler',
  summary: 'Enable or disable a job',
  description:
    'Disabling a job does not cancel its run. Enabling it starts missed runs only if its schedule says so.',
  access: 'admin',
  params: { id: 'Job not found' },
  body: { schema: enabledBody, examples: { Enable: { enabled: true } } },
  answers: { 200: answer(schedulerJob, 'The job as it is now.', { Enabled: jobExample }) },
  refusals: {
    400: wrongEnabledBody,
    409: refusal('The stored schedule cannot be used.', 'The stored schedule cannot be read: save it again'),
  },
});

const tick = z
  .object({
    due: z.int().meta({ description: 'Schedules that were due.' }),
    enqueued: z.int().meta({ description: 'Runs that were queued.' }),
    skipped: z.int().meta({
      description:
        'Scheduled times without a run because the job was disabled, in a blackout, or still running.',
    }),
    missed: z.int().meta({ description: 'Missed runs that are not caught up.' }),
    drained: z.int().meta({ description: 'Attempts that ended in this request.' }),
    elapsed_ms: z.int(),
  })
  .meta({ id: 'Tick' });

const tickOperation = {
  path: '/api/internal/scheduler',
  tag: 'Internal',
  summary: 'Run one tick of the scheduler',
  description:
    'For pg_cron and Vercel Cron. Safe to call twice at once, late, early, and from two machines. On a serverless host it also runs ' +
    'what is queued, within its time limit.',
  access: 'cron',
  answers: {
    200: answer(tick, 'What the tick did.', {
      'Two of three runs queued': { due: 3, enqueued: 2, skipped: 1, missed: 0, drained: 2, elapsed_ms: 140 },
    }),
  },
} as const;

export const tickByGet = operation({ id: 'tickByGet', method: 'GET', ...tickOperation });
export const tickByPost = operation({ id: 'tick', method: 'POST', ...tickOperation });
