import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { POST as postProgress } from '#app/api/plugin-runs/[runId]/progress/route.ts';
import { sql } from '#testing/database/clients.ts';
import { CommandPrograms } from '#testing/plugins/command-programs.ts';
import { makeCommandJob } from '#testing/plugins/make-command-job.ts';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { startWorker, stopWorkers } from '#testing/processes/start-worker.ts';
import { forgetRuns } from '#testing/runs/forget-runs.ts';
import { readTestAttempts, readTestRun, untilRunState } from '#testing/runs/read-run.ts';
import { enqueueTestRuns, startTestRun } from '#testing/runs/start-runs.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { until } from '#testing/until.ts';

const many = 25_000;
const programs = new CommandPrograms();
const quick = programs.write('quick.mjs', `process.exit(0);`);
const slow = programs.writeSleeper();
const allowed = JSON.stringify([
  ...(JSON.parse(quick.allowlist) as unknown[]),
  ...(JSON.parse(slow.allowlist) as unknown[]),
]);
/** As `npm start` sets them: the test must not poll faster than a real worker. */
const asUsual = { TC_PORTAL_COMMAND_ALLOWLIST: allowed, WORKER_IDLE_POLL_MS: '1000' };
let tenant: TestTenant;

beforeAll(async () => {
  tenant = await makeTenant();
});
beforeEach(() => forgetRuns());
afterEach(async () => {
  await stopWorkers();
  await forgetRuns();
});
afterAll(() => programs.delete());

/** Fills the line of a job with a limit of one; its first run holds the slot. */
async function gatherCrowd(command = slow, count = many): Promise<string> {
  const jobId = await makeCommandJob(tenant.id, command, { concurrencyLimit: 1, timeoutSeconds: 3_600 });
  const ids = await enqueueTestRuns(tenant.id, jobId, count);
  const payload = sql.json({ program: command.program, arguments: command.args });
  await sql`update public.runs set payload = ${payload} where id = any (${ids})`;
  return jobId;
}

/** Starts runs of another job, and returns the shortest time that one of them waited, by the database's clock. */
async function measureOthers(): Promise<number> {
  const other = await makeCommandJob(tenant.id, quick);
  let shortest = Infinity;
  // A busy machine may be late once, not five times.
  for (let round = 0; round < 5 && shortest >= 2; round += 1) {
    const runId = await startTestRun(other);
    await untilRunState(runId, 'success');
    const [row] = await sql<{ seconds: number }[]>`
      select extract(epoch from started_at - received_at)::float8 as seconds from public.runs where id = ${runId}`;
    shortest = Math.min(shortest, row!.seconds);
  }
  return shortest;
}

const readyOf = async () => {
  const [row] = await sql<{ h: { oldest_waiting_seconds: number; waiting_count: number } }[]>`
    select public.read_portal_health() as h`;
  return row!.h;
};

describe('a real worker [rule 42: nobody stops others]', () => {
  it(`starts a run of another job within two seconds while ${many} runs wait for a limit of one`, async () => {
    const crowd = await gatherCrowd();
    await startWorker(asUsual);
    await until(
      () => sql`select 1 from public.runs where job_id = ${crowd} and state = 'running'`,
      (rows) => rows.length === 1,
    );
    expect(await measureOthers()).toBeLessThan(2);
    const ready = await readyOf();
    expect(ready.waiting_count).toBe(many - 1);
    expect(ready.oldest_waiting_seconds).toBeLessThan(60);
  }, 300_000);

  it(`starts a run of another job within two seconds after and while a job with ${many} waiting runs is deleted`, async () => {
    const crowd = await gatherCrowd();
    await startWorker(asUsual);
    await until(
      () => sql`select 1 from public.runs where job_id = ${crowd} and state = 'running'`,
      (rows) => rows.length === 1,
    );
    const deletion = tenant.admin.client.from('jobs').delete().eq('id', crowd).select('id');
    const [waited, { data, error }] = await Promise.all([measureOthers(), deletion]);
    expect(error).toBeNull();
    expect(data).toHaveLength(1);
    expect(waited).toBeLessThan(2);
    expect(await measureOthers()).toBeLessThan(2);
    expect((await readyOf()).waiting_count).toBe(0);
  }, 300_000);

  it('starts the next run of a limited job at once when one ends, however many wait', async () => {
    const crowd = await gatherCrowd(quick, 5_000);
    await startWorker(asUsual);
    const rows = await until(
      () => sql<{ gap: number | null }[]>`
        select extract(epoch from started_at - lag(finished_at) over (order by started_at))::float8 as gap
        from public.runs where job_id = ${crowd} and state = 'success' order by started_at limit 30`,
      (found) => found.length === 30,
    );
    const gaps = rows.flatMap(({ gap }) => gap ?? []).toSorted((a, b) => a - b);
    expect(gaps[0]).toBeGreaterThanOrEqual(0);
    // Polling would cost half a second on average.
    expect(gaps[Math.floor(gaps.length / 2)]).toBeLessThan(0.3);
  }, 300_000);
});

describe('a remote run whose worker was killed [rule 43: time-outs outlive workers]', () => {
  const timeoutSeconds = 6;
  let told: Record<string, string> | null = null;
  const server = createServer((request, response) => void answer(request, response));
  let origin = '';

  /** A plugin that takes every run, and the portal's own route for its progress. */
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const [, runId] = /^\/api\/plugin-runs\/([^/]+)\/progress$/.exec(request.url ?? '') ?? [];
    if (runId !== undefined) {
      const headers = { authorization: request.headers.authorization ?? '' };
      const called = new Request(`${origin}${request.url}`, { method: 'POST', headers, body: text });
      const answered = await postProgress(called, { params: Promise.resolve({ runId }) });
      response.writeHead(answered.status).end(await answered.text());
      return;
    }
    if (request.url?.endsWith('/jobs/sync')) told = JSON.parse(text) as Record<string, string>;
    response.writeHead(202).end();
  }

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  beforeEach(() => {
    told = null;
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => server.close());

  /** Starts a run, kills the worker that has it, and posts progress for as long as the portal takes it. */
  async function killWhileItReports({ isAnotherAlive }: { isAnotherAlive: boolean }) {
    const { jobId } = await makePluginJob(tenant.id, {
      pluginKey: 'remote',
      name: 'sync',
      kind: 'remote',
      baseUrl: `${origin}/service`,
      secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      manifest: { jobs: [{ name: 'sync', route: '/jobs/sync' }] },
      timeoutSeconds,
    });
    const environment = {
      TC_PORTAL_ALLOWED_HOSTS: new URL(origin).host,
      TC_PORTAL_PUBLIC_URL: origin,
      WORKER_LEASE_SECONDS: '3',
      JOB_WORKER_ENABLED: 'true',
    };
    const first = await startWorker(environment);
    const runId = await startTestRun(jobId);
    const call = await until(
      () => told,
      (found) => found !== null,
    );
    first.process.kill('SIGKILL');
    await first.exit;
    if (isAnotherAlive) await startWorker(environment);
    const statuses: number[] = [];
    await until(
      async () => {
        const answered = await fetch(call!.progress_url!, {
          method: 'POST',
          headers: { authorization: `Bearer ${call!.token}` },
          body: JSON.stringify({ done: statuses.length }),
        });
        statuses.push(answered.status);
        return answered.status;
      },
      (status) => status !== 200,
    );
    return { runId, statuses };
  }

  it.each([{ isAnotherAlive: true }, { isAnotherAlive: false }])(
    'ends by its time-out although its plugin reports progress, and the plugin is told (another worker: $isAnotherAlive)',
    async (alive) => {
      const { runId, statuses } = await killWhileItReports(alive);
      expect(statuses.at(-1)).toBe(409);
      // Progress kept it for longer than its lease.
      expect(statuses.length).toBeGreaterThan(10);
      const run = await untilRunState(runId, 'failed');
      expect(run).toMatchObject({ error: { name: 'AttemptTimeoutError', code: 'run.timedOut' } });
      expect(await readTestAttempts(runId)).toEqual(['timed_out']);
      const [row] = await sql<{ seconds: number }[]>`
        select extract(epoch from finished_at - started_at)::float8 as seconds from public.runs where id = ${runId}`;
      expect(row!.seconds).toBeGreaterThan(timeoutSeconds - 1.5);
      expect((await readTestRun(runId)).progress?.done).toBeGreaterThan(5);
    },
    120_000,
  );
});
