import { z } from 'zod';
import { jobReport, jobStart } from '#features/reports/schemas.ts';
import { answer, operation, refusal } from '#http/operation.ts';

const decodedFrom = z
  .string()
  .optional()
  .meta({ description: 'The encoding of the body, if it was not UTF-8.' });

const reportAnswer = z
  .object({
    success: z.literal(true),
    id: z.guid().meta({ description: "Id of the job's `job_status`; the same for the life of the job." }),
    job_key: z.string(),
    decoded_from: decodedFrom,
  })
  .meta({ id: 'JobReportAnswer' });

const startAnswer = z
  .object({
    success: z.literal(true),
    job_key: z.string(),
    run_id: z.string().meta({ description: 'As it was given.' }),
    decoded_from: decodedFrom,
  })
  .meta({ id: 'JobStartAnswer' });

const description400 = 'The body is invalid. Nothing was recorded.';
const bodySentences = [
  'Invalid JSON body',
  'Body must be UTF-8 or Shift_JIS text',
  'Content-Encoding must be identity: send the body uncompressed',
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
  summary: 'Report how a run ended',
  description: [
    'Answered 200 only after the report is committed. The same `run_id` (or `Idempotency-Key`) again changes nothing and gets the ' +
      'first answer; without one, the same key, status and finish within 24 hours is the same report. So trying again after a ' +
      'timeout or a 503 is always right.',
    'Reports may come in any order: the job shows the newest by `finished_at`, its history keeps all. A `finished_at` more than ' +
      '5 minutes in the future is stored as given, marked, and ordered by the time received.',
    'Checks are made in this order: method, server configuration, secret, limit, size, encoding, JSON, then `job_key`, `title`, ' +
      '`status`, `finished_at`, then everything else.',
  ].join('\n\n'),
  access: 'report',
  query: 'any',
  headers: {
    'Idempotency-Key': z.string().max(200).meta({
      description: 'Identifies a report without a `run_id`, so that sending it again changes nothing.',
    }),
  },
  body: {
    schema: jobReport.meta({
      id: 'JobReport',
      description:
        'Optional fields that are null or an empty string count as not given. Unknown fields are ignored.',
    }),
    examples: {
      'What every report has': {
        job_key: 'minpaku-in-report',
        title: 'minpaku-IN レポート作成',
        status: 'success',
        finished_at: '2026-11-21T06:00:00+09:00',
      },
      'Everything that a report may say': {
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
    200: answer(reportAnswer, 'Committed; also for a repeat of the same report, with the first answer.', {
      Recorded: recorded,
      'The body was CP932': { ...recorded, decoded_from: 'shift_jis' },
    }),
  },
  refusals: {
    400: refusal(
      `${description400} A sentence about an optional field names the first that is wrong, \`details\` all of them.`,
      ...bodySentences,
      "status must be 'success' or 'error'",
      'finished_at is required',
      'finished_at must be valid ISO 8601',
      {
        error: 'tool_id is not a known tool',
        details: [{ field: 'tool_id', problem: 'is not a known tool' }],
      },
      {
        error: 'host must be text',
        details: [
          { field: 'host', problem: 'must be text' },
          { field: 'exit_code', problem: 'must be a whole number' },
        ],
      },
    ),
  },
});

export const reportJobStart = operation({
  id: 'reportJobStart',
  method: 'POST',
  path: '/api/monitor/job-start',
  tag: 'Reports',
  summary: 'Report that a run has begun',
  description:
    'For scripts that can say so: the portal then shows the run while it runs, and can tell when it hangs. Its end comes with ' +
    '`POST /api/monitor/job-report` and the same `run_id`. A start that arrives after its own finish adds its time and never ' +
    'opens the run again.',
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
    200: answer(startAnswer, 'Committed; also for a repeat.', {
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
