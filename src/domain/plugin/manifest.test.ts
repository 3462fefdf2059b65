import { describe, expect, it } from 'vitest';
// The published file is outside src, so no #folder import can reach it.
// eslint-disable-next-line no-restricted-imports
import publishedSchema from '../../../docs/api/plugin.schema.json' with { type: 'json' };
import { manifestJsonSchema, parseManifest } from './manifest.ts';

const options = { now: new Date('2026-11-21T09:00:00Z'), defaultTimeZone: 'Asia/Tokyo' };
const minimal = { id: 'jquants', name: 'J-Quants', version: '1.0.0', jobs: [{ name: 'sync' }] };
const remote = {
  ...minimal,
  kind: 'remote',
  baseUrl: 'https://plugins.example.com/jquants/',
  jobs: [{ name: 'sync', route: '/jobs/sync' }],
};
const withJob = (job: object) => ({ ...minimal, jobs: [{ name: 'sync', ...job }] });

function problemsOf(input: unknown): string[] {
  const parsed = parseManifest(input, options);
  return parsed.ok ? [] : parsed.problems.map(({ field, problem }) => `${field} ${problem}`);
}

describe('plugin.json', () => {
  it('fills in every default of the smallest manifest', () => {
    expect(parseManifest(minimal, options)).toEqual({
      ok: true,
      manifest: {
        id: 'jquants',
        name: 'J-Quants',
        description: null,
        version: '1.0.0',
        kind: 'built_in',
        baseUrl: null,
        jobs: [
          {
            name: 'sync',
            title: 'sync',
            description: null,
            target: { kind: 'handler', handler: 'sync' },
            schedule: null,
            policies: {
              misfire: 'once',
              misfireLimit: 100,
              overlap: 'skip',
              spreadSeconds: 0,
              blackouts: [],
              catchUpAfterEnable: false,
            },
            timeoutSeconds: 300,
            retry: { maxAttempts: 3, backoffSeconds: 10, maxBackoffSeconds: 600 },
            hasCursor: false,
            concurrency: 1,
            payloadSchema: null,
            priority: 'normal',
          },
        ],
      },
    });
  });

  it('reads a full remote manifest', () => {
    const parsed = parseManifest(
      {
        $schema: './plugin.schema.json',
        ...remote,
        name: { ja: '株価', en: 'Prices' },
        jobs: [
          {
            name: 'sync',
            title: { ja: '同期', en: 'Sync' },
            route: '/jobs/sync',
            cron: '0 6 * * 1-5',
            timeoutSec: 600,
            retry: { maxAttempts: 5 },
            cursor: true,
            concurrency: 2,
            overlap: 'queue',
            misfire: 'all',
            priority: 'high',
            payload: { type: 'object', properties: { from: { type: 'string', format: 'date' } } },
          },
        ],
      },
      options,
    );
    expect(parsed).toMatchObject({
      ok: true,
      manifest: {
        baseUrl: 'https://plugins.example.com/jquants',
        jobs: [
          {
            target: { kind: 'route', route: '/jobs/sync' },
            schedule: { type: 'cron', expression: '0 6 * * 1-5', timeZone: 'Asia/Tokyo' },
            retry: { maxAttempts: 5, backoffSeconds: 10, maxBackoffSeconds: 600 },
            policies: { overlap: 'queue', misfire: 'all' },
            hasCursor: true,
            timeoutSeconds: 600,
          },
        ],
      },
    });
  });

  it.each([
    [{ type: 'cron', expression: '@daily' }, 'cron'],
    [{ type: 'interval', seconds: 600 }, 'interval'],
    [{ type: 'one_shot', at: '2026-12-01T09:00:00+09:00' }, 'one_shot'],
  ])('reads the schedule %j', (schedule, type) => {
    expect(parseManifest(withJob({ schedule }), options)).toMatchObject({
      ok: true,
      manifest: { jobs: [{ schedule: { type } }] },
    });
  });

  it.each<[input: unknown, problem: string]>([
    ['text', 'plugin.json must be of type object'],
    [{ ...minimal, id: undefined }, 'id is required'],
    [{ ...minimal, id: 'J Quants' }, 'id must be an id: lower-case letters, digits, - and _, 64 at most'],
    [{ ...minimal, name: { ja: '株価' } }, 'name must be text, or an object with ja and en'],
    [{ ...minimal, version: 'latest' }, 'version must be a version such as 1.0.0'],
    [{ ...minimal, jobs: [] }, 'jobs must have at least one job'],
    [{ ...minimal, author: 'me' }, 'author is not a known key'],
    [{ ...minimal, baseUrl: 'https://example.com' }, 'baseUrl is only for remote plugins'],
    [{ ...remote, baseUrl: undefined }, 'baseUrl is required for a remote plugin'],
    [{ ...remote, baseUrl: 'ftp://example.com' }, 'baseUrl must be an http or https address'],
    [
      { ...remote, baseUrl: 'https://me:secret@example.com' },
      'baseUrl must have no credentials, query or fragment',
    ],
    [{ ...remote, jobs: [{ name: 'sync' }] }, 'jobs[0].route is required for a remote plugin'],
    [
      { ...remote, jobs: [{ name: 'sync', route: 'sync' }] },
      'jobs[0].route must be a path that starts with / and has no query',
    ],
    [
      { ...minimal, jobs: [{ name: 'a' }, { name: 'a' }] },
      "jobs[1].name 'a' is already the name of another job",
    ],
    [withJob({ timeoutSecs: 5 }), 'jobs[0].timeoutSecs is not a known key'],
    [withJob({ timeoutSec: 0 }), 'jobs[0].timeoutSec must be at least 1'],
    [withJob({ timeoutSec: '5' }), 'jobs[0].timeoutSec must be a whole number from 1 to 86400'],
    [withJob({ retry: { maxAttempts: 101 } }), 'jobs[0].retry.maxAttempts must be at most 100'],
    [
      withJob({ retry: { backoffSec: 60, maxBackoffSec: 6 } }),
      'jobs[0].retry.maxBackoffSec must not be less than backoffSec',
    ],
    [withJob({ overlap: 'maybe' }), 'jobs[0].overlap must be one of allow, skip, queue, cancel_previous'],
    [withJob({ cron: '61 * * * *' }), "jobs[0].cron '61' for minutes (0-59) is out of range."],
    [withJob({ cron: '0 0 30 2 *' }), "jobs[0].cron '0 0 30 2 *' matches no date in the next 10 years."],
    [
      withJob({ cron: '0 6 * * *', timeZone: 'Mars/Olympus' }),
      "jobs[0].timeZone The time zone 'Mars/Olympus' is unknown. Use an IANA name such as Asia/Tokyo.",
    ],
    [
      withJob({ cron: '@daily', schedule: { type: 'interval', seconds: 5 } }),
      'jobs[0] has both cron and schedule: use only one of them',
    ],
    [
      withJob({ schedule: { type: 'sometimes' } }),
      'jobs[0].schedule.type must have the type cron, interval or one_shot',
    ],
    [
      withJob({ schedule: { type: 'interval', seconds: 0 } }),
      'jobs[0].schedule.seconds The interval must be from 1 to 31622400 seconds.',
    ],
    [
      withJob({ payload: { type: 'object', properties: {}, required: ['a'] } }),
      "jobs[0].payload.required names 'a', which is not among the properties",
    ],
  ])('rejects %j: %s', (input, problem) => {
    expect(problemsOf(input)).toEqual([problem]);
  });

  it('reports all problems at once', () => {
    expect(
      problemsOf({ ...minimal, version: 1, jobs: [{ name: 'A' }, { name: 'b', concurrency: 0 }] }),
    ).toHaveLength(3);
  });

  it('docs/api/plugin.schema.json is what this code checks (npm run generate-api)', () => {
    expect(publishedSchema).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
  });
});
