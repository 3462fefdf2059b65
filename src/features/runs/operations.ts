import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { cleanName } from '#domain/name-text.ts';
import { parseInstantPageCursor } from '#domain/page-cursor.ts';
import {
  backgroundJobStatuses,
  executionStatuses,
  fromBackgroundJobStatus,
} from '#domain/run/contract-words.ts';
import { runStates } from '#domain/run-state.ts';
import { pageCursor, pageOffset, pageSize } from '#http/api-input.ts';
import { answer, operation, refusal } from '#http/operation.ts';

const runIdExample = '550e8400-e29b-41d4-a716-446655440000';
const pluginIdExample = '660e8400-e29b-41d4-a716-446655440001';
const jobIdExample = '7d4a3c0e-2f0b-4d55-8a1e-5b8f0c9d2e11';
const instant = z.iso.datetime();

// Reports and forms store keys in this one form.
const jobKey = z.string().overwrite(cleanName).min(1).max(limits.jobs.jobKey.max);

/** The body of an API call that starts a run. Strict: a misspelled `payload` must not start it with the job's own input. */
export const runBody = z
  .strictObject({
    payload: z.record(z.string(), z.unknown()).optional().meta({ description: "Replaces the job's own." }),
    cursor: z.string().max(limits.jobs.cursor.max).nullable().optional().meta({
      description: "Replaces the job's own cursor, for this run only; null starts from the beginning.",
    }),
  })
  .meta({ id: 'RunJob' });

export const runPluginBody = runBody
  .extend({
    jobName: z.string().meta({
      description: "The name of the job in the plugin's manifest, or its key if several jobs have that name.",
    }),
  })
  .meta({ id: 'RunPlugin' });

const pluginRun = z
  .object({
    runId: z.guid(),
    pluginId: z.guid(),
    jobName: z
      .string()
      .meta({ description: "The name in the plugin's manifest, which several jobs can share." }),
    jobId: z.guid(),
    jobKey: z.string().meta({ description: 'The key of its job, unique in the company.' }),
    status: z.enum(runStates),
    startedAt: instant.meta({ description: 'When it started, or was queued if it has not started.' }),
    completedAt: instant.nullable(),
    eventsProcessed: z.int().min(0),
    errorMessage: z.string().nullable(),
    metadata: z.object({
      cursor: z.string().nullable().meta({ description: 'The cursor that it left, or started from.' }),
      retryCount: z.int().min(0),
    }),
  })
  .meta({ id: 'PluginRun' });

const pluginRunSummary = z.object({
  total: z.int().meta({ description: 'Includes canceled runs.' }),
  success: z.int(),
  failed: z.int(),
  running: z.int(),
  pending: z.int(),
  avgEventsProcessed: z.number().meta({ description: 'Per successful run; 0 if there is none.' }),
  avgDuration: z.number().meta({ description: 'Milliseconds per successful run; 0 if there is none.' }),
});

const pluginRunPage = z
  .object({
    runs: z.array(pluginRun),
    total: z.int().min(0).meta({ description: 'Runs that match the filters.' }),
    summary: pluginRunSummary,
  })
  .meta({ id: 'PluginRunPage' });

/** A run of a plugin as defined in [contract: plugin runs]. */
export type PluginRun = z.output<typeof pluginRun>;
/** Totals over a plugin's history. */
export type PluginRunSummary = z.output<typeof pluginRunSummary>;
export type PluginRunPage = z.output<typeof pluginRunPage>;

const pluginRunExample: PluginRun = {
  runId: runIdExample,
  pluginId: pluginIdExample,
  jobName: 'sync',
  jobId: jobIdExample,
  jobKey: 'orders:sync',
  status: 'success',
  startedAt: '2026-11-21T06:00:00.000Z',
  completedAt: '2026-11-21T06:05:00.000Z',
  eventsProcessed: 42,
  errorMessage: null,
  metadata: { cursor: '2026-11-21T06:00:00Z', retryCount: 0 },
};

export const runPlugin = operation({
  id: 'runPlugin',
  method: 'POST',
  path: '/api/plugins/:id/run',
  tag: 'Plugin runs',
  summary: 'Start a job of a plugin now',
  description: 'The run starts before all scheduled runs. Follow it by its id.',
  access: 'start',
  params: { id: 'Plugin not found' },
  body: {
    schema: runPluginBody,
    examples: { 'One of its jobs': { jobName: 'sync' } },
  },
  answers: {
    202: answer(
      z.object({ runId: z.guid(), status: z.literal('pending') }).meta({ id: 'StartedPluginRun' }),
      'The run is queued.',
      { Queued: { runId: runIdExample, status: 'pending' } },
    ),
  },
  refusals: {
    400: refusal(
      'The plugin has no such job, or the payload does not match it.',
      'Invalid job name',
      'Invalid JSON body',
      { error: 'Invalid body', details: [{ field: 'cursor', problem: 'must be text' }] },
    ),
    403: refusal('Not allowed.', 'Only admins can choose the payload or the cursor of a run'),
    409: refusal(
      'The plugin is disabled, or an admin has added more jobs of this name.',
      'The plugin is disabled',
      'The plugin no longer has this job',
      {
        error: 'Several jobs have this name',
        details: [
          { field: 'jobName', problem: 'must be the key of one of them: orders-tokyo, orders-osaka' },
        ],
      },
    ),
  },
});

export const listPluginRuns = operation({
  id: 'listPluginRuns',
  method: 'GET',
  path: '/api/plugins/:id/runs',
  tag: 'Plugin runs',
  summary: 'List the runs of a plugin',
  description:
    'By `startedAt`. `summary` counts all runs of the plugin, or of the jobs that `jobName` and `jobId` choose, whatever the ' +
    '`status`. A large offset is as fast as the first page.',
  access: 'read',
  params: { id: 'Plugin not found' },
  query: z.object({
    status: z.enum(runStates).optional().meta({ description: 'Only runs in this state.' }),
    jobName: jobKey.optional().meta({
      description: 'Only runs of the jobs of this name, or of the job with this key.',
    }),
    jobId: z.guid().optional().meta({ description: 'Only runs of this job.' }),
    limit: pageSize({ byDefault: 20, max: 100 }),
    offset: pageOffset,
    sort: z.enum(['asc', 'desc']).default('desc').meta({ description: 'Newest first, or oldest first.' }),
  }),
  answers: {
    200: answer(pluginRunPage, 'One page; empty after the last run.', {
      'One run': {
        runs: [pluginRunExample],
        total: 1,
        summary: {
          total: 100,
          success: 95,
          failed: 5,
          running: 0,
          pending: 0,
          avgEventsProcessed: 38.5,
          avgDuration: 120_000,
        },
      },
    }),
  },
});

export const getPluginRun = operation({
  id: 'getPluginRun',
  method: 'GET',
  path: '/api/plugins/:id/runs/:runId',
  tag: 'Plugin runs',
  summary: 'Get a run of a plugin',
  access: 'read',
  params: { id: 'Plugin run not found', runId: 'Plugin run not found' },
  answers: { 200: answer(pluginRun, 'The run.', { Successful: pluginRunExample }) },
});

const execution = z.object({
  id: z.guid(),
  started_at: instant,
  completed_at: instant.nullable(),
  status: z.enum(Object.values(executionStatuses)),
  error_message: z.string().nullable(),
});

const executionPage = z
  .object({
    executions: z.array(execution),
    next: z.string().nullable().meta({ description: '`after` of the next page.' }),
  })
  .meta({ id: 'ExecutionPage' });

/** The runs of a job as defined in [contract: scheduler]. */
export type ExecutionPage = z.output<typeof executionPage>;

export const listExecutions = operation({
  id: 'listExecutions',
  method: 'GET',
  path: '/api/scheduler/jobs/:id/executions',
  tag: 'Scheduler',
  summary: 'List the runs of a job',
  description: 'Newest first.',
  access: 'read',
  params: { id: 'Job not found' },
  query: z.object({
    limit: pageSize({ byDefault: 20, max: 100 }),
    after: pageCursor(parseInstantPageCursor),
  }),
  answers: {
    200: answer(executionPage, 'One page.', {
      'The only page': {
        executions: [
          {
            id: runIdExample,
            started_at: '2026-11-20T21:00:00.000Z',
            completed_at: '2026-11-20T21:00:41.000Z',
            status: 'completed',
            error_message: null,
          },
        ],
        next: null,
      },
    }),
  },
});

export const runSchedulerJob = operation({
  id: 'runSchedulerJob',
  method: 'POST',
  path: '/api/scheduler/jobs/:id/run',
  tag: 'Scheduler',
  summary: 'Start a job now',
  description: 'A disabled job can be started as well.',
  access: 'start',
  params: { id: 'Job not found' },
  body: {
    schema: runBody,
    isOptional: true,
    examples: { 'With the payload and cursor of the job': {}, 'From the beginning': { cursor: null } },
  },
  answers: {
    202: answer(
      z.object({ execution_id: z.guid(), status: z.literal('pending') }).meta({ id: 'StartedExecution' }),
      'The run is queued.',
      { Queued: { execution_id: runIdExample, status: 'pending' } },
    ),
  },
  refusals: {
    400: refusal('The body is invalid, or the payload does not match the job.', 'Invalid JSON body', {
      error: 'Invalid body',
      details: [{ field: 'payload', problem: 'must be an object' }],
    }),
    403: refusal('Not allowed.', 'Only admins can choose the payload or the cursor of a run'),
    409: refusal(
      'The plugin is disabled or has changed.',
      'The plugin is disabled',
      'The plugin no longer has this job',
    ),
  },
});

const statuses = Object.values(backgroundJobStatuses);

const backgroundJob = z
  .object({
    id: z.guid(),
    type: z.string().meta({ description: 'The key of the job.' }),
    title: z.string(),
    status: z.enum(statuses),
    payload: z.unknown().meta({ description: 'Its input; null for a key without the scope admin.' }),
    result: z.unknown().meta({
      description: 'Its progress, then its result; null for a key without the scope admin.',
    }),
    error: z
      .object({
        name: z.string(),
        message: z.string(),
        stack: z.string().optional().meta({ description: 'Only for admins.' }),
      })
      .nullable(),
    userId: z.guid().nullable().meta({ description: 'The person who started it.' }),
    createdAt: instant,
    startedAt: instant.nullable(),
    cancelRequestedAt: instant.nullable().meta({ description: 'When it was asked to stop.' }),
    finishedAt: instant.nullable(),
    updatedAt: instant.meta({
      description: 'When its status, its progress or the request to cancel it changed.',
    }),
  })
  .meta({ id: 'BackgroundJob' });

/** A run that a person, a schedule or the API started, as defined in [contract: background jobs]. */
export type BackgroundJob = z.output<typeof backgroundJob>;

const backgroundJobAnswer = z.object({ job: backgroundJob }).meta({ id: 'BackgroundJobAnswer' });

const backgroundJobExample: BackgroundJob = {
  id: runIdExample,
  type: 'chatwork/rooms-sync',
  title: 'ルーム同期',
  status: 'processing',
  payload: {},
  result: { total: 40, done: 12, note: null },
  error: null,
  userId: '0c9fd9b2-6d0c-4f0e-9a43-0a6f7f1d3b55',
  createdAt: '2026-11-21T06:00:00.000Z',
  startedAt: '2026-11-21T06:00:00.120Z',
  cancelRequestedAt: null,
  finishedAt: null,
  updatedAt: '2026-11-21T06:00:07.310Z',
};

const askedToStop = { cancelRequestedAt: '2026-11-21T06:00:08.000Z', updatedAt: '2026-11-21T06:00:08.000Z' };

export const listBackgroundJobs = operation({
  id: 'listBackgroundJobs',
  method: 'GET',
  path: '/api/jobs',
  tag: 'Background jobs',
  summary: 'List background jobs',
  description:
    'Newest first. Staff see the jobs that they started; admins and API keys see all. A key with the scope read gets no input and no result.',
  access: 'read',
  query: z.object({
    type: jobKey.optional().meta({ description: 'The key of a job.' }),
    status: z
      .enum(statuses)
      .transform(fromBackgroundJobStatus)
      .optional()
      .meta({ description: 'Only jobs with this status.' }),
    limit: pageSize({ byDefault: 50, max: 100 }),
  }),
  answers: {
    200: answer(
      z.object({ jobs: z.array(backgroundJob) }).meta({ id: 'BackgroundJobList' }),
      'The newest jobs.',
      {
        'One running job': { jobs: [backgroundJobExample] },
      },
    ),
  },
});

export const getBackgroundJob = operation({
  id: 'getBackgroundJob',
  method: 'GET',
  path: '/api/jobs/:id',
  tag: 'Background jobs',
  summary: 'Get a background job',
  description:
    'Staff and keys without the scope admin see only the name and the message of an error. Such keys get no input and no result.',
  access: 'read',
  params: { id: 'Job not found' },
  answers: { 200: answer(backgroundJobAnswer, 'The job.', { Running: { job: backgroundJobExample } }) },
});

export const cancelBackgroundJob = operation({
  id: 'cancelBackgroundJob',
  method: 'POST',
  path: '/api/jobs/:id/cancel',
  tag: 'Background jobs',
  summary: 'Cancel a background job',
  description:
    'Admins can cancel any job, staff those that they started. A queued job is canceled immediately; a running one is asked to ' +
    'stop: `cancelRequestedAt` says when, and it is `canceled` once it has stopped.',
  access: 'read',
  params: { id: 'Job not found' },
  answers: {
    200: answer(backgroundJobAnswer, 'The job as it is now.', {
      'Asked to stop': { job: { ...backgroundJobExample, ...askedToStop } },
      Canceled: {
        job: {
          ...backgroundJobExample,
          ...askedToStop,
          status: 'canceled',
          finishedAt: '2026-11-21T06:00:08.000Z',
        },
      },
    }),
  },
  refusals: {
    403: refusal('The caller cannot cancel this job.', 'Only admins can do this'),
    409: refusal('The job has finished.', 'Only a queued or processing job can be canceled'),
  },
});
