import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestSupabase } from '#testing/database/start-supabase.ts';
import { supabaseVariables } from '#testing/database/variables.ts';
import { reportBody } from '#testing/reports/send-report.ts';

// A separate database, because this suite stops it.
let started: Awaited<ReturnType<typeof startTestSupabase>>;
let sql: postgres.Sql;
let post: (request: Request) => Promise<Response>;
let ready: (request: Request) => Promise<Response>;
let live: (request: Request) => Promise<Response>;

const secret = `secret-${randomUUID()}`;

async function report(runId: string): Promise<Response> {
  return post(
    new Request('http://portal.test/api/monitor/job-report', {
      method: 'POST',
      body: JSON.stringify(reportBody({ run_id: runId })),
      headers: { 'X-TC-Portal-Webhook-Secret': secret },
    }),
  );
}

const recordedRunIds = async (): Promise<Set<string>> => {
  const rows = await sql<{ report_key: string }[]>`select report_key from public.runs`;
  return new Set(rows.map((row) => row.report_key.replace('run:', '')));
};

beforeAll(async () => {
  started = await startTestSupabase();
  sql = postgres(started.supabase.superuserUrl, { max: 1, onnotice: () => {} });
  await sql`insert into public.tenants (name) values ('Only')`;
  for (const [name, value] of Object.entries(supabaseVariables(started.supabase))) vi.stubEnv(name, value);
  vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET', secret);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  ({ POST: post } = await import('#app/api/monitor/job-report/route.ts'));
  ({ GET: ready } = await import('#app/api/health/ready/route.ts'));
  ({ GET: live } = await import('#app/api/health/route.ts'));
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await sql.end({ timeout: 1 });
  await started.stop();
});

const askReady = () => ready(new Request('http://portal.test/api/health/ready'));

describe('[rule 7: database away]', () => {
  it('is ready before, with the latency and the age of the check', async () => {
    const response = await askReady();
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      status: 'ok',
      checks: {
        database: { status: 'ok', latency_ms: expect.any(Number), age_ms: expect.any(Number) },
        scheduler: { status: 'unknown', age_ms: null },
        queue: { status: 'ok', age_ms: 0, waiting: 0, jobs_without_worker: 0 },
        workers: { status: 'none', live: 0 },
      },
    });
  });

  it('503 with Retry-After while it is unavailable, recovery by itself, and every 200 is in the database', async () => {
    const acknowledged = new Set<string>();
    const answers: { status: number; retryAfter: string | null; error: unknown; ms: number }[] = [];
    let isOver = false;
    const senders = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        const runId = randomUUID();
        const startedAt = performance.now();
        const response = await report(runId);
        const { error } = (await response.json()) as { error?: unknown };
        answers.push({
          status: response.status,
          retryAfter: response.headers.get('retry-after'),
          error,
          ms: performance.now() - startedAt,
        });
        if (response.status === 200) acknowledged.add(runId);
        else await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    const seen = (status: number) => answers.filter((answer) => answer.status === status).length;
    try {
      await vi.waitFor(() => expect(seen(200)).toBeGreaterThan(200), { timeout: 60_000 });
      const { pid } = started.database;
      // A fast stop writes committed data to disk, which test databases do not wait for. The database restarts by itself.
      process.kill(pid!, 'SIGINT');
      await vi.waitFor(() => expect(seen(503)).toBeGreaterThan(0), { timeout: 60_000 });
      const before = seen(200);
      await vi.waitFor(() => expect(seen(200)).toBeGreaterThan(before + 200), { timeout: 60_000 });
    } finally {
      isOver = true;
      await Promise.all(senders);
    }
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 503]));
    for (const answer of answers.filter(({ status }) => status === 503)) {
      expect(answer.retryAfter).toBe('5');
      expect(answer.error).toMatch(/try again$/);
      // The portal gives up after ten seconds; on a busy machine the response may take longer.
      expect(answer.ms).toBeLessThan(30_000);
    }
    const recorded = await recordedRunIds();
    expect([...acknowledged].filter((runId) => !recorded.has(runId))).toEqual([]);
  });

  it('is live but not ready while it is unavailable; a new report gets 503 within the limit', async () => {
    await started.database.stop();
    await vi.waitFor(async () => expect((await askReady()).status).toBe(503), { timeout: 60_000 });
    const response = await askReady();
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toEqual({
      status: 'unavailable',
      checks: {
        database: { status: 'unavailable', latency_ms: expect.any(Number), age_ms: expect.any(Number) },
      },
    });
    expect((await live(new Request('http://portal.test/api/health'))).status).toBe(200);
    const refused = await report(randomUUID());
    expect(refused.status).toBe(503);
    expect(await refused.json()).toEqual({ error: expect.stringMatching(/try again$/) });
  });
});
