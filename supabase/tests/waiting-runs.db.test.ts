import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import postgres from 'postgres';
import { leaseSeconds, queuedRunsPerJob } from '#domain/limits.ts';
import { sql } from '#testing/database/clients.ts';
import { ownSupabase } from '#testing/database/own-supabase.ts';
import { makePluginJob, type TestPluginJob } from '#testing/plugins/make-plugin-job.ts';
import { forgetRuns } from '#testing/runs/forget-runs.ts';
import { readTestRun } from '#testing/runs/read-run.ts';
import { enqueueTestRuns } from '#testing/runs/start-runs.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

const many = 25_000;

let tenant: TestTenant;

// A history of many jobs, whose rows a claim must not read either.
beforeAll(async () => {
  const { id } = await makeTenant();
  await sql`
    with made as (
      insert into public.jobs (tenant_id, job_key, title)
      select ${id}, 'history ' || g, 'history' from generate_series(1, 2000) g
      returning id, tenant_id
    )
    insert into public.runs (tenant_id, job_id, trigger, state, finished_at, ordered_at)
    select made.tenant_id, made.id, 'report', 'success', at, at
    from made, generate_series(1, 100) g, lateral (select now() - make_interval(hours => g) as at) x`;
  await sql`vacuum (analyze) public.runs, public.jobs`;
}, 120_000);
beforeEach(async () => {
  tenant = await makeTenant();
  await forgetRuns();
  // The rows of the test before are not what is measured.
  await sql`vacuum public.runs`;
});
afterEach(() => forgetRuns());

interface Claimed {
  run_id: string;
  job_id: string;
  attempt_token: string;
}

const claim = (quantity = 10, handlers: Record<string, string[]> | null = null) =>
  sql<Claimed[]>`
    select run_id, job_id, attempt_token
    from public.claim_runs('worker', ${quantity}, ${leaseSeconds}, ${handlers && sql.json(handlers)})`;

const finish = (runs: readonly Claimed[], end: object = { state: 'success', attempt_outcome: 'success' }) =>
  sql`select public.finish_attempts(${sql.json(runs.map((run) => ({ ...run, ...end })))})`;

const makeOwnJob = async (job: Partial<TestPluginJob> = {}) =>
  (await makePluginJob(tenant.id, { pluginKey: 'plenty', name: 'one', ...job })).jobId;

async function countMessages(): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select (select count(*) from pgmq.q_runs)::int + (select count(*) from pgmq.q_runs_high)::int as count`;
  return row?.count ?? 0;
}

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

// One connection, as those of a Data API: it keeps the plans that it made while few runs waited.
const planned = postgres(ownSupabase.ownerUrl, { max: 1, onnotice: () => {} });
afterAll(() => planned.end());

/** Counts the blocks that a claim touches, with everything that it calls, and takes the claim back. */
async function countBlocks(handlers: Record<string, string[]>): Promise<number> {
  const counts: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const back = new Error('taken back');
    await planned
      .begin(async (transaction) => {
        const [row] = await transaction<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>`
          explain (analyze, buffers, timing off, format json)
          select * from public.claim_runs('worker', 1, ${leaseSeconds}, ${transaction.json(handlers)})`;
        const plan = row!['QUERY PLAN'][0].Plan;
        counts.push(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']);
        throw back;
      })
      .catch((error: unknown) => {
        if (error !== back) throw error;
      });
  }
  return Math.min(...counts);
}

/** What may wait: each makes 25,000 runs wait for something else than a free slot. */
const crowds: Record<string, () => Promise<unknown>> = {
  'for the limit of their job': async () => {
    await enqueueTestRuns(tenant.id, await makeOwnJob({ concurrencyLimit: 1 }), many);
    expect(await claim(5)).toHaveLength(1);
  },
  'for the limit of their plugin': async () => {
    const limited = { pluginKey: 'narrow', pluginConcurrencyLimit: 1 };
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await enqueueTestRuns(tenant.id, await makeOwnJob({ ...limited, name }), many / 5);
    expect(await claim(5)).toHaveLength(1);
  },
  'for their next attempt': async () => {
    const jobId = await makeOwnJob();
    await sql`
      insert into public.runs (tenant_id, job_id, trigger, state, ordered_at, next_attempt_at, attempt)
      select ${tenant.id}, ${jobId}, 'schedule', 'pending', now(), now() + interval '1 hour', 1
      from generate_series(1, ${many})`;
    expect(await claim(5)).toEqual([]);
  },
  'for a worker that has their plugin': async () => {
    await enqueueTestRuns(tenant.id, await makeOwnJob({ pluginKey: 'unknown' }), many);
  },
};

describe('[rule 42: nobody stops others]', () => {
  it.each(Object.entries(crowds))(
    `a run of another job is claimed at once while ${many} runs wait %s, and the claim reads no more`,
    async (_what, gather) => {
      const other = await makeOwnJob({ name: 'other' });
      const known = { plenty: ['one', 'other'], narrow: ['a', 'b', 'c', 'd', 'e'] };
      const [first] = await enqueueTestRuns(tenant.id, other, 1);
      const blocksAlone = await countBlocks(known);
      expect((await claim(1, known)).map(({ run_id }) => run_id)).toEqual([first]);
      await gather();
      const [next] = await enqueueTestRuns(tenant.id, other, 1);
      const claimed = await claim(1, known);
      expect(claimed.map(({ run_id }) => run_id)).toEqual([next]);
      expect(await countMessages()).toBeLessThan(100);
      // As autovacuum does a moment later; until then, a connection may keep a plan for an empty table.
      await sql`analyze public.runs`;
      await enqueueTestRuns(tenant.id, other, 1);
      expect(await countBlocks(known)).toBeLessThan(blocksAlone * 3 + 100);
    },
    120_000,
  );

  it('a job without a limit fills only its share of the queue', async () => {
    const crowd = await makeOwnJob();
    await enqueueTestRuns(tenant.id, crowd, many);
    const other = await makeOwnJob({ name: 'other' });
    await enqueueTestRuns(tenant.id, other, 1);
    const claimed: string[] = [];
    for (let round = 0; round < 2 * queuedRunsPerJob && !claimed.includes(other); round += 1) {
      claimed.push(...(await claim(1)).map(({ job_id }) => job_id));
    }
    expect(claimed.filter((id) => id === crowd).length).toBeLessThanOrEqual(2 * queuedRunsPerJob);
    expect(claimed).toContain(other);
  }, 120_000);

  it('runs of a limited plugin take turns by job, however many one of them has', async () => {
    const limited = { pluginKey: 'narrow', pluginConcurrencyLimit: 1 };
    const [long, short] = [
      await makeOwnJob({ ...limited, name: 'long' }),
      await makeOwnJob({ ...limited, name: 'short' }),
    ];
    await enqueueTestRuns(tenant.id, long, 50);
    await enqueueTestRuns(tenant.id, short, 3);
    const order: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      const claimed = await claim();
      expect(claimed).toHaveLength(1);
      order.push(claimed[0]!.job_id);
      await finish(claimed);
    }
    expect(order.filter((id) => id === short)).toHaveLength(3);
  });

  it('scheduled runs get some slots while people start more runs than workers can run', async () => {
    const scheduled = await makeOwnJob();
    const [old] = await enqueueTestRuns(tenant.id, scheduled, 1);
    await sql`update pgmq.q_runs set enqueued_at = enqueued_at - interval '1 minute'`;
    const byHand = await makeOwnJob({ name: 'other' });
    for (let round = 0; round < 100; round += 1) {
      await sql`select public.start_run(${byHand})`;
      await sql`select public.start_run(${byHand})`;
      await finish(await claim(1));
      if ((await readTestRun(old!)).state === 'success') return;
    }
    expect.fail('The scheduled run did not start in a hundred rounds');
  });

  it(`a job with ${many} waiting runs is deleted with its messages, and stops nobody while it is`, async () => {
    const crowd = await makeOwnJob({ concurrencyLimit: 1 });
    await enqueueTestRuns(tenant.id, crowd, many);
    const other = await makeOwnJob({ name: 'other' });
    const during = await enqueueTestRuns(tenant.id, other, 1);
    const connection = postgres(ownSupabase.ownerUrl, { max: 1, onnotice: () => {} });
    await connection.begin(async (transaction) => {
      await transaction`delete from public.jobs where id = ${crowd}`;
      // Another worker claims before the deletion is committed.
      expect((await claim()).map(({ run_id }) => run_id)).toEqual(during);
    });
    await connection.end();
    const [rows] = await sql<{ count: number }[]>`
      select count(*)::int from pgmq.q_runs m where not exists (select from public.runs r where r.id::text = m.message ->> 'run_id')`;
    expect(rows?.count).toBe(0);
    const [after] = await enqueueTestRuns(tenant.id, other, 1);
    expect((await claim(1)).map(({ run_id }) => run_id)).toEqual([after]);
  }, 120_000);

  it.each([
    'null',
    '{}',
    '[]',
    '5',
    '"text"',
    '{"run_id": null}',
    '{"run_id": 5}',
    '{"run_id": "no uuid"}',
    '{"run_id": {"run_id": "x"}}',
    '{"run_id": "00000000-0000-0000-0000-00000000000g"}',
    'SQL null',
  ])('the message %s stops no claim and is archived with the reason', async (text) => {
    await sql`delete from pgmq.a_runs`;
    const message = text === 'SQL null' ? null : text;
    await sql`insert into pgmq.q_runs (vt, message) values (clock_timestamp(), ${message}::text::jsonb)`;
    const [runId] = await enqueueTestRuns(tenant.id, await makeOwnJob(), 1);
    expect((await claim(1)).map(({ run_id }) => run_id)).toEqual([runId]);
    const archived = await sql`select message from pgmq.a_runs`;
    expect(archived).toMatchObject([{ message: { problem: 'The message names no run' } }]);
  });

  it('a thousand useless messages in front of a run delay it by one claim at most', async () => {
    for (const message of ['{"run_id": "no"}', `{"run_id": "00000000-0000-7000-8000-000000000000"}`]) {
      await sql`
        insert into pgmq.q_runs (vt, message)
        select clock_timestamp(), ${message}::text::jsonb from generate_series(1, 450)`;
    }
    const [runId] = await enqueueTestRuns(tenant.id, await makeOwnJob(), 1);
    const claimed = [...(await claim(1)), ...(await claim(1))];
    expect(claimed.map(({ run_id }) => run_id)).toEqual([runId]);
  });
});

describe('[rule 27: concurrency limits]', () => {
  const runningOf = async (jobId: string) =>
    (await sql`select 1 from public.runs where job_id = ${jobId} and state = 'running'`).length;

  it('a run ends, and the next one of its job has its message in the same transaction', async () => {
    const jobId = await makeOwnJob({ concurrencyLimit: 1 });
    const ids = await enqueueTestRuns(tenant.id, jobId, 4);
    const queued = async () =>
      (
        await sql<{ id: string }[]>`
          select id from public.runs where job_id = ${jobId} and queue_message_id is not null and state = 'pending'`
      ).map(({ id }) => id);
    expect(await queued()).toEqual([ids[0]]);
    const held = await claim();
    expect(await queued()).toEqual([]);
    await finish(held);
    expect(await queued()).toEqual([ids[1]]);
    await sql`select private.cancel_runs(${[ids[1]!]}::uuid[])`;
    expect(await queued()).toEqual([ids[2]]);
  });

  it('a lowered limit counts at once, for runs that have their message, and a raised one lets more start', async () => {
    const jobId = await makeOwnJob({ concurrencyLimit: 5 });
    await enqueueTestRuns(tenant.id, jobId, 20);
    await sql`update public.jobs set concurrency_limit = 2 where id = ${jobId}`;
    expect(await claim(20)).toHaveLength(2);
    await sql`update public.jobs set concurrency_limit = 6 where id = ${jobId}`;
    expect(await claim(20)).toHaveLength(4);
    await sql`update public.plugins set concurrency_limit = 3 where tenant_id = ${tenant.id}`;
    expect(await claim(20)).toEqual([]);
    await sql`update public.plugins set concurrency_limit = 7 where tenant_id = ${tenant.id}`;
    await sql`update public.jobs set concurrency_limit = null where id = ${jobId}`;
    expect(await claim(20)).toHaveLength(1);
    expect(await runningOf(jobId)).toBe(7);
    await sql`update public.plugins set concurrency_limit = null where tenant_id = ${tenant.id}`;
  });

  it('a run that must be alone waits for the others, and nothing starts beside it before it does', async () => {
    const jobId = await makeOwnJob();
    const [first] = await enqueueTestRuns(tenant.id, jobId, 1);
    const [alone] = await enqueueTestRuns(tenant.id, jobId, 1);
    await sql`select private.dequeue_runs(array[${alone!}]::uuid[])`;
    await sql`update public.runs set is_exclusive = true where id = ${alone!}`;
    const held = await claim();
    expect(held.map(({ run_id }) => run_id)).toEqual([first]);
    expect(await claim()).toEqual([]);
    await finish(held);
    await sql`select public.start_run(${jobId})`;
    expect((await claim()).map(({ run_id }) => run_id)).toEqual([alone]);
  });
});

describe('[rule 31: every run ends]', () => {
  const beat = (name: string, handlers: Record<string, string[]> | undefined, ago = 0) =>
    sql`
      insert into private.heartbeats (process, beat_at, details)
      values (${`worker:${name}`}, now() - make_interval(secs => ${ago}), ${sql.json(handlers ? { handlers } : {})})
      on conflict (process) do update set beat_at = excluded.beat_at, details = excluded.details`;
  const waitFor = (seconds: number) =>
    sql`update public.runs set received_at = received_at - make_interval(secs => ${seconds}) where tenant_id = ${tenant.id}`;
  const health = async () =>
    (await sql`select public.read_portal_health(${tenant.id}) as h`)[0]!.h as Record<string, number>;

  afterEach(() => sql`delete from private.heartbeats`);

  it('a run is left to a worker that has its plugin, and claims of others cost it no attempt', async () => {
    const jobId = await makeOwnJob({ pluginKey: 'new', name: 'sync' });
    const [runId] = await enqueueTestRuns(tenant.id, jobId, 1);
    const older = { old: ['sync'], new: ['other'] };
    for (let round = 0; round < 3; round += 1) expect(await claim(10, older)).toEqual([]);
    expect(await readTestRun(runId!)).toMatchObject({ state: 'pending', attempt: 0 });
    expect(await countMessages()).toBe(0);
    expect((await claim(10, { new: ['sync'] })).map(({ run_id }) => run_id)).toEqual([runId]);
  });

  it('every worker can call a remote plugin', async () => {
    const jobId = await makeOwnJob({ pluginKey: 'far', kind: 'remote', baseUrl: 'https://example.com' });
    await enqueueTestRuns(tenant.id, jobId, 1);
    expect(await claim(10, {})).toHaveLength(1);
  });

  it('a run that no worker can run is told in the health, and fails after an hour with the reason', async () => {
    const jobId = await makeOwnJob({ pluginKey: 'gone', name: 'sync' });
    const [runId] = await enqueueTestRuns(tenant.id, jobId, 1);
    await waitFor(3_000);
    await beat('a', { other: ['sync'], gone: ['another'] });
    expect(await claim(10, { other: ['sync'] })).toEqual([]);
    expect(await health()).toMatchObject({ without_worker_count: 1 });
    expect((await health()).oldest_waiting_seconds).toBeGreaterThan(2_999);
    await sql`select public.reap_runs()`;
    expect(await readTestRun(runId!)).toMatchObject({ state: 'pending' });
    await waitFor(1_000);
    // The only worker that had it was alive half an hour ago, during a deploy for example.
    await beat('b', { gone: ['sync'] }, 1_800);
    await sql`select public.reap_runs()`;
    expect(await readTestRun(runId!)).toMatchObject({ state: 'pending' });
    await beat('b', { gone: ['sync'] }, 3_700);
    expect((await sql`select public.reap_runs() as r`)[0]!.r).toEqual({ requeued: 0, finished: 1 });
    expect(await readTestRun(runId!)).toMatchObject({
      state: 'failed',
      attempt: 0,
      message_code: 'run.noWorker',
      message_values: { plugin: 'gone' },
      error: { name: 'NoWorkerError', code: 'run.noWorker' },
    });
    expect(await health()).toMatchObject({ without_worker_count: 0, oldest_waiting_seconds: 0 });
  });

  it('runs wait for as long as no worker runs at all, and workers of an older version count as having every plugin', async () => {
    const [runId] = await enqueueTestRuns(tenant.id, await makeOwnJob({ pluginKey: 'gone' }), 1);
    await waitFor(100_000);
    await sql`select public.reap_runs()`;
    await beat('old', undefined);
    await sql`select public.reap_runs()`;
    expect(await health()).toMatchObject({ without_worker_count: 0 });
    expect(await readTestRun(runId!)).toMatchObject({ state: 'pending' });
  });
});

describe('the age of the oldest waiting run', () => {
  const age = async () =>
    (
      (await sql`select public.read_portal_health(${tenant.id}) as h`)[0]!.h as {
        oldest_waiting_seconds: number;
      }
    ).oldest_waiting_seconds;
  const makeOlder = () => sql`
    with queued as (update pgmq.q_runs set enqueued_at = enqueued_at - interval '100 seconds'),
    late as (update public.runs set next_attempt_at = next_attempt_at - interval '2 hours' where next_attempt_at is not null)
    update public.runs set received_at = received_at - interval '100 seconds' where tenant_id = ${tenant.id} and next_attempt_at is null`;

  it('is that of a run that could start, not of those that a limit holds back', async () => {
    await enqueueTestRuns(tenant.id, await makeOwnJob({ concurrencyLimit: 1 }), 3);
    await makeOlder();
    expect(await age()).toBeGreaterThan(99);
    await claim();
    expect(await age()).toBe(0);
  });

  it('counts a run behind the window of a job without a limit from when it came', async () => {
    await enqueueTestRuns(tenant.id, await makeOwnJob(), 2 * queuedRunsPerJob);
    await makeOlder();
    await claim(queuedRunsPerJob);
    expect(await age()).toBeGreaterThan(99);
  });

  it('counts a run from the end of its delay', async () => {
    await enqueueTestRuns(tenant.id, await makeOwnJob({ maxAttempts: 3 }), 1);
    await finish(await claim(), { state: 'pending', attempt_outcome: 'retry', delay_seconds: 3_600 });
    expect(await age()).toBe(0);
    await makeOlder();
    expect(await age()).toBeGreaterThan(3_500);
    expect(await claim()).toHaveLength(1);
  });

  it('counts a run whose worker died until another one takes it', async () => {
    await enqueueTestRuns(tenant.id, await makeOwnJob(), 1);
    await claim();
    expect(await age()).toBe(0);
    await sql`update pgmq.q_runs set vt = now() - interval '150 seconds'`;
    expect(await age()).toBeGreaterThan(140);
  });
});
