import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as jobReport from '#app/api/monitor/job-report/route.ts';
import * as jobReports from '#app/api/monitor/job-reports/route.ts';
import * as jobStart from '#app/api/monitor/job-start/route.ts';
import { takeFastPath } from './report-fast-path.ts';
import { sql } from '#testing/database/clients.ts';
import { insertRow } from '#testing/database/insert-row.ts';
import { listen, type TestHttpServer } from '#testing/http/listen.ts';

const secret = `secret-${randomUUID()}`;
const tenantId = randomUUID();
const routes = {
  '/api/monitor/job-report': jobReport,
  '/api/monitor/job-reports': jobReports,
  '/api/monitor/job-start': jobStart,
};

let server: TestHttpServer;

interface Sent {
  path: keyof typeof routes;
  query?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

interface Answer {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: string;
}

const ownHeaders = ['content-type', 'cache-control', 'allow', 'retry-after', 'accept-encoding'];
const pickHeaders = (valueOf: (name: string) => unknown): Record<string, unknown> =>
  Object.fromEntries(ownHeaders.map((name) => [name, valueOf(name) ?? null]));

function headersOf({ headers = {} }: Sent): Record<string, string> {
  return { 'X-TC-Portal-Webhook-Secret': secret, 'Content-Type': 'application/json', ...headers };
}

function sendToFastPath(sent: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port: server.port,
        path: sent.path + (sent.query ?? ''),
        method: sent.method ?? 'POST',
        headers: headersOf(sent),
        agent: false,
      },
      (response) => {
        let body = '';
        response.on('data', (chunk) => (body += String(chunk)));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: pickHeaders((name) => response.headers[name]),
            body,
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(sent.body);
  });
}

async function sendToRoute(sent: Sent): Promise<Answer> {
  const { path, query = '', method = 'POST', body } = sent;
  const response = await routes[path][method as 'POST'](
    new Request(`http://portal.test${path}${query}`, {
      method,
      headers: headersOf(sent),
      ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    }),
  );
  return {
    status: response.status,
    headers: pickHeaders((name) => response.headers.get(name)),
    body: await response.text(),
  };
}

beforeAll(async () => {
  await insertRow('tenants', { id: tenantId, name: 'First', created_at: '1998-01-01' });
  vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET', secret);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  server = await listen((request, response) => {
    if (!takeFastPath(request, response)) response.writeHead(404).end();
  });
});

afterAll(async () => {
  server.close();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await sql`delete from public.tenants where id = ${tenantId}`;
});

const path = '/api/monitor/job-report';
const least = {
  job_key: 'both-ways',
  title: 'Title',
  status: 'success',
  finished_at: '2026-11-21T06:00:00Z',
};
const report = (fields: object = {}): string => JSON.stringify({ ...least, ...fields });
const start = JSON.stringify({ ...least, run_id: 'r-1', started_at: '2026-11-21T05:59:00Z' });
const sjis = Buffer.concat([
  Buffer.from(report().slice(0, -1)),
  Buffer.from(',"message":"'),
  Buffer.from([0x8f, 0x88]),
  Buffer.from('"}'),
]);

describe('the fast path responds like the route', () => {
  it.each<[string, Sent, number]>([
    ['a report', { path, body: report() }, 200],
    ['a query', { path, query: '?from=cron', body: report() }, 200],
    ['a start', { path: '/api/monitor/job-start', body: start }, 200],
    ['a batch', { path: '/api/monitor/job-reports', body: `[${report()}]` }, 200],
    ['a batch with a bad one', { path: '/api/monitor/job-reports', body: `[${report()},{}]` }, 207],
    ['a start without its run', { path: '/api/monitor/job-start', body: report() }, 400],
    ['Shift_JIS', { path, body: sjis }, 200],
    ['a field of a wrong type', { path, body: report({ duration_ms: 'x' }) }, 200],
    ['a repeated name', { path, body: `{"job_key":"first",${report().slice(1)}` }, 200],
    ['a prototype', { path, body: '{"__proto__":{"job_key":"x"},"title":"t"}' }, 400],
    ['an unknown tool', { path, body: report({ tool_id: randomUUID() }) }, 200],
    ['no JSON', { path, body: '{' }, 400],
    ['nothing', { path }, 400],
    ['a compressed body', { path, body: gzipSync(report()), headers: { 'Content-Encoding': 'gzip' } }, 200],
    ['a body that only claims it', { path, body: report(), headers: { 'Content-Encoding': 'gzip' } }, 400],
    ['another compression', { path, body: report(), headers: { 'Content-Encoding': 'br' } }, 415],
    [
      'a compressed body over the limit',
      { path, body: gzipSync(Buffer.alloc(1024 * 1024 + 1, 'x')), headers: { 'Content-Encoding': 'gzip' } },
      413,
    ],
    [
      'a long Idempotency-Key',
      { path, body: report(), headers: { 'Idempotency-Key': 'k'.repeat(201) } },
      200,
    ],
    [
      'a form',
      { path, body: 'job_key=a', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
      400,
    ],
    ['a wrong secret', { path, body: report(), headers: { 'X-TC-Portal-Webhook-Secret': 'wrong' } }, 401],
    ['a body over the limit', { path, body: Buffer.alloc(1024 * 1024 + 1, 'x') }, 413],
    ...(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const).map(
      (method): [string, Sent, number] => [method, { path, method }, 405],
    ),
  ])('%s', async (_what, sent, status) => {
    const [answer, other] = [await sendToFastPath(sent), await sendToRoute(sent)];
    // The second of the same is a repeat.
    expect({ ...other, body: other.body.replaceAll(',"repeated":true', '') }).toEqual({
      ...answer,
      body: answer.body.replaceAll(',"repeated":true', ''),
    });
    expect(answer.status).toBe(status);
  });
});

describe('the fast path accepts', () => {
  it.each([
    ['an upper-case host name, as Windows shows it', 'PORTAL-PC:3000'],
    ['a Japanese host name', Buffer.from('ポータル:3000').toString('latin1')],
    ['a short address', '127.1:3000'],
  ])('%s', async (_what, host) => {
    const answer = await sendToFastPath({ path, body: report(), headers: { Host: host } });
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('"success":true') });
  });

  it('methods that the route does not support', async () => {
    const answer = await sendToFastPath({ path, method: 'PROPFIND' });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });
});
