import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSpellings } from '#testing/api/crawl-paths.ts';
import { startSession } from '#testing/browser/session.ts';
import { ask } from '#testing/http/ask.ts';
import { startPortal, type TestPortal } from '#testing/portal/start-portal.ts';
import { reportBody } from '#testing/reports/send-report.ts';

let portal: TestPortal;
let cookie: string;

beforeAll(async () => {
  portal = await startPortal();
  const { cookies } = await startSession({ ...portal, output: portal.output() }, portal);
  cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
});

afterAll(async () => {
  await portal.delete();
});

const spellings: ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `/${path}`,
  (path) => path.replaceAll('/', '//'),
  (path) => path.replace('/api/', '/api\\'),
  (path) => `http://portal.example.com${path}/`,
];

describe('a path below /api [contract: every answer]', () => {
  it('is the same in every spelling, for every operation', async () => {
    await expectSpellings(portal.port, spellings);
  });

  it('takes a report in every spelling, also with a query', async () => {
    const headers = { 'X-TC-Portal-Webhook-Secret': portal.secrets.TC_PORTAL_WEBHOOK_SECRET ?? '' };
    for (const path of ['job-report', 'job-start'].map((name) => `/api/monitor/${name}`)) {
      for (const spell of spellings) {
        const body = JSON.stringify(reportBody({ run_id: spell('r'), started_at: new Date() }));
        const answer = await ask(portal.port, 'POST', `${spell(path)}?from=//cron/`, { headers, body });
        expect([spell(path), answer.status, answer.body]).toEqual([
          spell(path),
          200,
          expect.stringContaining('"success":true'),
        ]);
      }
    }
  });

  it.each([
    '/api',
    '/api/',
    '/api/unknown',
    '/api/monitor',
    '/api/jobs/x/y/z',
    '/api/%ff',
    '/api/health%2F',
    '/api/monitor%2Fjob-report',
    '/api/a.b/c.json',
  ])('%s is unknown: 404 in JSON for every method, signed in or not', async (target) => {
    for (const method of http.METHODS.filter((name) => name !== 'CONNECT')) {
      for (const headers of [{}, { cookie }] as Record<string, string>[]) {
        const answer = await ask(portal.port, method, target, { headers });
        expect([method, answer]).toEqual([
          method,
          {
            status: 404,
            headers: expect.objectContaining({
              'content-type': 'application/json; charset=utf-8',
              'cache-control': 'no-store',
              'x-request-id': expect.any(String),
            }),
            body: method === 'HEAD' ? '' : '{"error":"Not found"}',
          },
        ]);
      }
    }
  });

  it('that is known gets 405 with Allow for every method that it lacks', async () => {
    for (const method of http.METHODS.filter((name) => !['CONNECT', 'GET', 'HEAD'].includes(name))) {
      const { status, headers } = await ask(portal.port, method, '/api/scheduler/status');
      expect([method, status, headers.allow]).toEqual([method, 405, 'GET, HEAD']);
    }
  });
});

describe('an escape that is not UTF-8', () => {
  const broken = ['%ff', '%E0%A4%A', '%', 'a%2', '%C3%28', '%ED%A0%80'];
  const below = ['/api/scheduler/jobs', '/api/jobs', '/jobs', '/runs', '/plugins', '/invite', '/unknown'];

  it.each(below)('below %s is an unknown id, signed in or not', async (path) => {
    for (const escape of broken) {
      const target = `${path}/${escape}`;
      const inside = await ask(portal.port, 'GET', target, { headers: { cookie } });
      expect([target, inside.status]).toEqual([target, path === '/invite' ? 200 : 404]);
      const outside = await ask(portal.port, 'GET', target);
      expect(outside.status).toBeLessThan(500);
    }
  });
});

describe('a page', () => {
  it.each([
    ['/jobs/', '/jobs'],
    ['/sign-in/?a=b', '/sign-in?a=b'],
    ['/settings/how-to-report/', '/settings/how-to-report'],
  ])('%s leads to %s', async (target, location) => {
    const { status, headers } = await ask(portal.port, 'GET', target, { headers: { cookie } });
    expect([status, headers.location]).toEqual([308, location]);
  });

  it.each(['/', '/jobs', '/sign-in', '/incidents?page=2'])('%s is no API path', async (target) => {
    const { status, headers } = await ask(portal.port, 'GET', target, { headers: { cookie } });
    expect(status).toBeLessThan(400);
    expect(headers['content-type'] ?? 'text/html').toContain('text/html');
  });
});
