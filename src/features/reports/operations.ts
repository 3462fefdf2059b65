import { z } from 'zod';
import { reportLimits } from '#domain/limits.ts';
import { jobReport, jobStart } from '#features/reports/schemas.ts';
import { answer, errorBody, operation, refusal } from '#http/operation.ts';

const decodedFrom = z
  .string()
  .optional()
  .meta({ description: 'The encoding of the body if it was not UTF-8, or the encodings of its parts.' });

const remarks = {
  repeated: z.literal(true).optional().meta({ description: 'The report was known and changed nothing.' }),
  warnings: z
    .array(
      z.object({
        field: z.string(),
        problem: z.string().meta({ description: 'What is wrong; follows the name of the field.' }),
        ignored: z
          .boolean()
          .meta({ description: 'Whether the field was left out; otherwise it was changed.' }),
      }),
    )
    .optional()
    .meta({ description: 'Optional fields that were left out or changed; the report was recorded.' }),
};

const reportAnswer = z
  .object({
    success: z.literal(true),
    id: z.guid().meta({ description: "The id of the job's `job_status`; it never changes." }),
    job_key: z.string(),
    ...remarks,
    decoded_from: decodedFrom,
  })
  .meta({ id: 'JobReportAnswer' });

const startAnswer = z
  .object({
    success: z.literal(true),
    job_key: z.string(),
    run_id: z.string().meta({ description: 'As it was sent.' }),
    ...remarks,
    decoded_from: decodedFrom,
  })
  .meta({ id: 'JobStartAnswer' });

const description400 = 'The body is invalid. Nothing was recorded.';
const bodySentences = [
  {
    error: 'Invalid JSON body',
    details: [{ field: 'body', problem: 'line 3: a raw line break inside a string' }],
  },
  'Body cannot be decompressed as Content-Encoding says',
  'job_key is required',
  'title is required',
];
const recorded = {
  success: true,
  id: '5f0c1f5e-3a52-4a57-9a0e-7a4a3d1c2b90',
  job_key: 'minpaku-in-report',
} as const;
const runId = '0c9fd9b2-6d0c-4f0e-9a43-0a6f7f1d3b55';

export const reportJob = operation({
  id: 'reportJob',
  method: 'POST',
  path: '/api/monitor/job-report',
  tag: 'Reports',
  summary: 'Report the result of a run',
  description: [
    'Returns 200 only after the report is committed. Sending the same `run_id` (or `Idempotency-Key`) again changes nothing and ' +
      'returns the first response with `repeated`; without one, a report with the same key, status and finish within 24 hours is the same report. ' +
      'So it is always safe to try again after a timeout or a 503.',
    'Reports can arrive in any order: the job shows the newest by `finished_at`, its history all. A `finished_at` more than 5 ' +
      'minutes in the future is stored as sent, marked, and ordered by the time of arrival.',
    'Order of checks: method, server configuration, secret, rate limit, size and compression, JSON, `job_key`, `title`, `status`, ' +
      '`finished_at`. Nothing else refuses a report.',
  ].join('\n\n'),
  access: 'report',
  query: 'any',
  headers: {
    'Idempotency-Key': z.string().meta({
      description: 'Identifies a report without a `run_id`, so that sending it again changes nothing.',
    }),
  },
  body: {
    schema: jobReport.meta({
      id: 'JobReport',
      description:
        'Null and an empty string in an optional field count as missing, and unknown fields are ignored. An optional field of ' +
        'another type is read if its meaning is clear (`"1"` as 1, `12.7` ms as 13, `true` as text, `[]` as `{}`); otherwise it is ' +
        'left out, and `warnings` name it.',
    }),
    examples: {
      'Required fields': {
        job_key: 'minpaku-in-report',
        title: 'minpaku-IN レポート作成',
        status: 'success',
        finished_at: '2026-11-21T06:00:00+09:00',
      },
      'All fields': {
        job_key: 'minpaku-in-report',
        title: 'minpaku-IN レポート作成',
        status: 'error',
        finished_at: '2026-11-21T06:00:41.123456+09:00',
        started_at: '2026-11-21T06:00:00+09:00',
        duration_ms: 41123,
        run_id: runId,
        message: 'KeyError: "amount"',
        exit_code: 1,
        host: 'ws-01',
        tool_id: '7d4a3c0e-2f0b-4d55-8a1e-5b8f0c9d2e11',
        log: 'reading 120 rows\nTraceback (most recent call last):\n…',
        metrics: { rows: 120 },
        schedule: {
          type: 'cron',
          expression: '0 6 * * 1-5',
          timezone: 'Asia/Tokyo',
          late_tolerance_seconds: 600,
          max_run_seconds: 1800,
        },
      },
    },
  },
  answers: {
    200: answer(reportAnswer, 'Committed. A repeated report returns the first response.', {
      Recorded: recorded,
      'The body was CP932': { ...recorded, decoded_from: 'shift_jis' },
      'A repeat': { ...recorded, repeated: true },
      'An optional field was left out': {
        ...recorded,
        warnings: [
          { field: 'schedule.timezone', problem: 'is not a known time zone', ignored: true },
          { field: 'schedule', problem: 'cannot be used without it', ignored: true },
        ],
      },
    }),
  },
  refusals: {
    400: refusal(
      description400,
      ...bodySentences,
      "status must be 'success' or 'error'",
      'finished_at is required',
      {
        error: 'finished_at must be valid ISO 8601',
        details: [
          {
            field: 'finished_at',
            problem: 'does not say which number is the month: send for example 2026-11-27',
          },
        ],
      },
      {
        error: 'job_key must be at most 200 characters',
        details: [{ field: 'job_key', problem: 'must be at most 200 characters' }],
      },
    ),
  },
});

const batchAnswer = z
  .object({
    success: z.boolean().meta({ description: 'Whether every report was recorded.' }),
    results: z
      .array(
        z.object({
          status: z.int().meta({ description: 'The status that this report would get alone.' }),
          success: z.literal(true).optional(),
          id: z.guid().optional(),
          job_key: z.string().optional(),
          ...remarks,
          error: z.string().optional(),
          details: errorBody.shape.details,
        }),
      )
      .meta({ description: 'One result for each report, in the order of the batch.' }),
    decoded_from: decodedFrom,
  })
  .meta({ id: 'JobReportsAnswer' });

export const reportJobs = operation({
  id: 'reportJobs',
  method: 'POST',
  path: '/api/monitor/job-reports',
  tag: 'Reports',
  summary: 'Report the results of several runs',
  description: [
    `For spools and for hosts with many jobs: up to ${reportLimits.batch} reports in one request of at most 1 MiB, as a JSON array or as ` +
      'one JSON object on each line (NDJSON). Each report is checked, counted against the rate limit and answered as if it had ' +
      'come alone, and they are recorded in their order; a bad one does not affect the others. An `Idempotency-Key` identifies ' +
      'each report together with its place in the batch.',
    '200 means that every report was recorded, 207 that some were not: see `results`. If nothing was recorded because of the key, the ' +
      'limit or the database, the response is that of a single report.',
  ].join('\n\n'),
  access: 'report',
  query: 'any',
  headers: { 'Idempotency-Key': z.string() },
  body: {
    schema: z.array(jobReport).max(reportLimits.batch),
    examples: {
      'Two reports': [
        {
          job_key: 'minpaku-in-report',
          title: 'minpaku-IN レポート作成',
          status: 'success',
          finished_at: '2026-11-21T06:00:00+09:00',
        },
        {
          job_key: 'stock-sync',
          title: '在庫数同期',
          status: 'error',
          finished_at: '2026-11-21T06:00:02+09:00',
          message: 'HTTP 503',
        },
      ],
    },
  },
  answers: {
    200: answer(batchAnswer, 'Every report was recorded.', {
      Recorded: { success: true, results: [{ status: 200, ...recorded }] },
    }),
    207: answer(batchAnswer, 'Some were not recorded. With `Retry-After` if some can be sent again.', {
      'One was refused': {
        success: false,
        results: [
          { status: 200, ...recorded },
          { status: 400, error: 'title is required' },
        ],
      },
    }),
  },
  refusals: {
    400: refusal(
      description400,
      ...bodySentences.slice(0, 1),
      `A batch must have at most ${reportLimits.batch} reports`,
    ),
  },
});

export const reportJobStart = operation({
  id: 'reportJobStart',
  method: 'POST',
  path: '/api/monitor/job-start',
  tag: 'Reports',
  summary: 'Report the start of a run',
  description:
    'Optional: the portal then shows the run while it is running, and can tell when it hangs. Report the result with ' +
    '`POST /api/monitor/job-report` and the same `run_id`. A start that arrives after the result adds the start time and does not ' +
    'reopen the run.',
  access: 'report',
  query: 'any',
  body: {
    schema: jobStart.meta({ id: 'JobStart' }),
    examples: {
      'A start': {
        job_key: 'minpaku-in-report',
        title: 'minpaku-IN レポート作成',
        run_id: runId,
        started_at: '2026-11-21T06:00:00+09:00',
        host: 'ws-01',
      },
    },
  },
  answers: {
    200: answer(startAnswer, 'Committed. A repeated report returns the same response.', {
      Recorded: { success: true, job_key: 'minpaku-in-report', run_id: runId },
    }),
  },
  refusals: {
    400: refusal(
      description400,
      ...bodySentences,
      'run_id is required',
      'started_at is required',
      'started_at must be valid ISO 8601',
    ),
  },
});
