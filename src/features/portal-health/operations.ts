import { z } from 'zod';
import { answer, operation } from '#http/operation.ts';

const milliseconds = z.int().min(0);

const portalHealth = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    checks: z.object({
      database: z.object({
        status: z.enum(['ok', 'unavailable']),
        latency_ms: milliseconds,
        age_ms: milliseconds,
      }),
      scheduler: z
        .object({ status: z.enum(['ok', 'late', 'unknown']), age_ms: milliseconds.nullable() })
        .optional(),
      queue: z
        .object({
          status: z.enum(['ok', 'late', 'unknown']),
          age_ms: milliseconds.nullable(),
          waiting: z.int().min(0).nullable(),
          jobs_without_worker: z.int().min(0),
        })
        .optional(),
      workers: z.object({ status: z.enum(['ok', 'none']), live: z.int().min(0) }).optional(),
    }),
  })
  .meta({ id: 'PortalHealth' });

export const getHealth = operation({
  id: 'getHealth',
  method: 'GET',
  path: '/api/health',
  tag: 'Health',
  summary: 'Check whether the portal is running',
  description: 'Does not check the database, so that a supervisor does not restart the portal because of it.',
  access: 'anybody',
  // A parameter that a load balancer adds must not take the portal out of service.
  query: 'any',
  answers: {
    200: answer(z.object({ status: z.literal('ok') }).meta({ id: 'Health' }), 'The portal is running.', {
      Running: { status: 'ok' },
    }),
  },
});

export const getPortalHealth = operation({
  id: 'getPortalHealth',
  method: 'GET',
  path: '/api/health/ready',
  tag: 'Health',
  summary: 'Check whether the portal is ready',
  description:
    'Checks the database at most once a second. `age_ms` is the age of that check, the time since the scheduler last ran, and how ' +
    'long the oldest run has waited that could start: it is not held back by a limit or a delay. `waiting` counts all waiting runs. ' +
    'The queue is `late` after 60 seconds, or if no running worker has the plugin of a job that waits (`jobs_without_worker`). ' +
    '`workers` says how many are alive: without one, nothing runs. Only the database decides between 200 and 503.',
  access: 'anybody',
  // A parameter that a load balancer adds must not take the portal out of service.
  query: 'any',
  answers: {
    200: answer(portalHealth, 'The portal is ready.', {
      Ready: {
        status: 'ok',
        checks: {
          database: { status: 'ok', latency_ms: 3, age_ms: 0 },
          scheduler: { status: 'ok', age_ms: 812 },
          queue: { status: 'ok', age_ms: 0, waiting: 0, jobs_without_worker: 0 },
          workers: { status: 'ok', live: 1 },
        },
      },
    }),
    503: answer(portalHealth, 'The portal is not ready.', {
      'The database is unavailable': {
        status: 'unavailable',
        checks: { database: { status: 'unavailable', latency_ms: 12, age_ms: 400 } },
      },
    }),
  },
});

export const getMetrics = operation({
  id: 'getMetrics',
  method: 'GET',
  path: '/api/metrics',
  tag: 'Internal',
  summary: 'Get metrics for Prometheus',
  description:
    'The CRON_SECRET returns the metrics of the whole portal, an API key those of its company. Heartbeats are always those of the ' +
    'portal.',
  access: 'cron or read',
  answers: {
    200: {
      ...answer(z.string(), 'Text for Prometheus, version 0.0.4.', {
        'The beginning': [
          '# HELP tc_portal_queue_length Pending runs.',
          '# TYPE tc_portal_queue_length gauge',
          'tc_portal_queue_length 0',
          '',
        ].join('\n'),
      }),
      mediaType: 'text/plain',
    },
  },
});
