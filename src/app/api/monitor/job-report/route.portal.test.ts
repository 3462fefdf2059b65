import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPortal, type TestPortal } from '#testing/portal/start-portal.ts';
import { reportBody } from '#testing/reports/send-report.ts';

let portal: TestPortal;
const patience = { timeout: 60_000 };

beforeAll(async () => {
  portal = await startPortal();
});

afterAll(async () => {
  await portal.delete();
});

const path = '/api/monitor/job-report';
const newReport = (runId: string = randomUUID()) =>
  reportBody({
    job_key: `job-${runId.slice(0, 2)}`,
    status: 'error',
    message: '失敗しました',
    run_id: runId,
  });

const send = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${portal.url}${path}`, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/json',
      'X-TC-Portal-Webhook-Secret': portal.secrets.TC_PORTAL_WEBHOOK_SECRET ?? '',
      ...headers,
    },
  });

interface RawAnswer {
  status: number | undefined;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** Sends a request that fetch cannot send. */
function raw(
  method: string,
  headers: Record<string, string>,
  write: (request: http.ClientRequest) => void,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${portal.url}${path}`, { method, headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    request.on('error', reject);
    write(request);
  });
}

/** Returns the run ids that are in the database. */
async function recorded(runIds: readonly string[]): Promise<Set<string>> {
  const { NEXT_PUBLIC_SUPABASE_URL: url = '', SUPABASE_SECRET_KEY: key = '' } = portal.secrets;
  const client = createClient(url, key, { auth: { persistSession: false } });
  const found = new Set<string>();
  for (let at = 0; at < runIds.length; at += 100) {
    const keys = runIds.slice(at, at + 100).map((runId) => `run:${runId}`);
    const { data, error } = await client.from('runs').select('report_key').in('report_key', keys);
    if (error) throw error;
    for (const row of data) found.add(String(row.report_key).slice(4));
  }
  return found;
}

/** Sends new reports until it is stopped; does not resend unacknowledged reports. */
function startBurst(senders: number) {
  const acknowledged: string[] = [];
  const statuses = new Map<number | 'no answer', number>();
  const count = (status: number | 'no answer') => statuses.set(status, (statuses.get(status) ?? 0) + 1);
  let isOver = false;
  const all = Array.from({ length: senders }, async () => {
    while (!isOver) {
      const runId = randomUUID();
      try {
        const response = await send(JSON.stringify(newReport(runId)));
        await response.text();
        if (response.status === 200) acknowledged.push(runId);
        if (response.status === 503) expect(response.headers.get('retry-after')).toBe('5');
        count(response.status);
        if (response.status !== 200) await sleep(20);
      } catch (error) {
        if (error instanceof Error && error.name === 'AssertionError') throw error;
        count('no answer');
        await sleep(20);
      }
    }
  });
  return {
    acknowledged,
    statuses,
    stop: async () => {
      isOver = true;
      await Promise.all(all);
    },
  };
}

describe('the report route over HTTP', () => {
  it('accepts a report', async () => {
    const report = newReport();
    const response = await send(JSON.stringify(report));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ success: true, id: expect.any(String), job_key: report.job_key });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-request-id')).toMatch(/^[\w.:-]{8,128}$/);
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '405 with Allow: POST for %s',
    async (method) => {
      const answer = await raw(method, {}, (request) => request.end());
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe('POST');
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );

  it('a client that offers HTTP/2, like Java by default, gets HTTP/1.1', async () => {
    const report = newReport();
    const headers = {
      'X-TC-Portal-Webhook-Secret': portal.secrets.TC_PORTAL_WEBHOOK_SECRET ?? '',
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    };
    // Next handles upgrades only after its first request.
    await fetch(`${portal.url}/sign-in`);
    const answer = await raw('POST', headers, (request) => request.end(JSON.stringify(report)));
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining(report.job_key) });
  });

  it('a header that once bypassed middleware gains nothing', async () => {
    const hostile = {
      'X-TC-Portal-Webhook-Secret': 'wrong',
      'x-middleware-subrequest': 'src/proxy:src/proxy:src/proxy:src/proxy:src/proxy',
    };
    const response = await send(JSON.stringify(newReport()), hostile);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: 'Invalid or missing webhook secret' });
  });

  it('a sender that stops in the middle of its body does not affect others', async () => {
    const request = http.request(`${portal.url}${path}`, {
      method: 'POST',
      headers: {
        'X-TC-Portal-Webhook-Secret': portal.secrets.TC_PORTAL_WEBHOOK_SECRET ?? '',
        'Content-Length': '1000',
      },
    });
    request.on('error', () => {});
    await new Promise((resolve) => request.write('{"job_key"', resolve));
    request.destroy();
    expect((await send(JSON.stringify(newReport()))).status).toBe(200);
  });

  it('the portal is live and ready', async () => {
    expect(await (await fetch(`${portal.url}/api/health`)).json()).toEqual({ status: 'ok' });
    const ready = await fetch(`${portal.url}/api/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'ok', checks: { database: { status: 'ok' } } });
  });
});

describe('no acknowledged report is lost [rule 1: commit before answer] [rule 7: database away]', () => {
  it('when the database is killed during reports: 503, recovery by itself', async () => {
    const burst = startBurst(16);
    try {
      await vi.waitFor(() => expect(burst.acknowledged.length).toBeGreaterThan(200), patience);
      portal.database.kill();
      await vi.waitFor(() => expect(burst.statuses.get(503)).toBeGreaterThan(0), patience);
      const before = burst.acknowledged.length;
      await vi.waitFor(() => expect(burst.acknowledged.length).toBeGreaterThan(before + 200), patience);
    } finally {
      await burst.stop();
    }
    expect([...burst.statuses.keys()].sort()).toEqual([200, 503]);
    const found = await recorded(burst.acknowledged);
    expect(burst.acknowledged.filter((runId) => !found.has(runId))).toEqual([]);
  });

  it('when the portal is killed with -9 in the middle of a burst', async () => {
    const burst = startBurst(16);
    try {
      await vi.waitFor(() => expect(burst.acknowledged.length).toBeGreaterThan(500), patience);
      await portal.kill();
      await vi.waitFor(() => expect(burst.statuses.get('no answer')).toBeGreaterThan(0), patience);
    } finally {
      await burst.stop();
    }
    const { folder, port } = portal;
    portal = await startPortal({ folder, port });
    const found = await recorded(burst.acknowledged);
    expect(burst.acknowledged.filter((runId) => !found.has(runId))).toEqual([]);
    // The client discovers dead connections to the killed portal one by one.
    await vi.waitFor(
      async () => expect((await send(JSON.stringify(newReport()))).status).toBe(200),
      patience,
    );
  });
});
