import postgres from 'postgres';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ownSupabase } from '#testing/database/own-supabase.ts';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { readTestRun } from '#testing/runs/read-run.ts';
import { enqueueTestRuns } from '#testing/runs/start-runs.ts';
import { sql } from '#testing/database/clients.ts';
import { until } from '#testing/until.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

const other = postgres(ownSupabase.ownerUrl, { max: 1, onnotice: () => {} });
const worker = postgres(ownSupabase.ownerUrl, {
  max: 1,
  onnotice: () => {},
  // Instead of waiting for another transaction, a statement fails.
  connection: { lock_timeout: 200 },
});

let tenant: TestTenant;

beforeEach(async () => {
  tenant = await makeTenant();
  await sql`select pgmq.purge_queue('runs'), pgmq.purge_queue('runs_high')`;
});
afterAll(() => Promise.all([other.end(), worker.end()]));

const claim = async (quantity = 10) =>
  (await worker`select run_id from public.claim_runs('worker', ${quantity})`).map(
    ({ run_id }) => run_id as string,
  );

/** Does the work while another transaction holds the rows that the statement locks. */
async function whileLocked(
  lock: (transaction: postgres.TransactionSql) => Promise<unknown>,
  work: () => Promise<void>,
) {
  await other.begin(async (transaction) => {
    await lock(transaction);
    await work();
  });
}

describe('a worker that claims runs', () => {
  it('does not wait for a job that another transaction holds: its line stays, and moves up afterwards', async () => {
    const limited = await makePluginJob(tenant.id, { pluginKey: 'a', name: 'limited', concurrencyLimit: 1 });
    const free = await makePluginJob(tenant.id, { pluginKey: 'a', name: 'free' });
    const [before, waiting] = await enqueueTestRuns(tenant.id, limited.jobId, 2);
    expect(await claim()).toEqual([before]);
    await sql`update public.runs set queue_message_id = null, state = 'canceled', finished_at = now() where id = ${before!}`;
    const [runnable] = await enqueueTestRuns(tenant.id, free.jobId, 1);
    await whileLocked(
      (transaction) => transaction`select from public.jobs where id = ${limited.jobId} for no key update`,
      async () => expect(await claim()).toEqual([runnable]),
    );
    expect(await claim()).toEqual([waiting]);
  });

  it('does not wait for a limited plugin that another transaction holds', async () => {
    const { jobId, pluginId } = await makePluginJob(tenant.id, {
      pluginKey: 'narrow',
      name: 'one',
      pluginConcurrencyLimit: 1,
    });
    const [before, waiting] = await enqueueTestRuns(tenant.id, jobId, 2);
    expect(await claim()).toEqual([before]);
    await sql`update public.runs set queue_message_id = null, state = 'canceled', finished_at = now() where id = ${before!}`;
    await whileLocked(
      (transaction) => transaction`select from public.plugins where id = ${pluginId} for no key update`,
      async () => expect(await claim()).toEqual([]),
    );
    expect(await claim()).toEqual([waiting]);
  });

  it('skips a run that another worker is finishing', async () => {
    const { jobId } = await makePluginJob(tenant.id, { pluginKey: 'a', name: 'plain' });
    const [contested = '', free] = await enqueueTestRuns(tenant.id, jobId, 2);
    await whileLocked(
      (transaction) => transaction`select from public.runs where id = ${contested} for no key update`,
      async () => expect(await claim()).toEqual([free]),
    );
    expect((await readTestRun(contested)).state).toBe('pending');
  });

  it('never deadlocks with other workers that claim and finish runs', async () => {
    const jobs = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        makePluginJob(tenant.id, { pluginKey: `p${index % 2}`, name: `job ${index}`, concurrencyLimit: 2 }),
      ),
    );
    for (const { jobId } of jobs) await enqueueTestRuns(tenant.id, jobId, 12);
    await sql`update public.runs set priority = 'high' where tenant_id = ${tenant.id} and id::text < '8'`;
    const before = await countDeadlocks();
    const finished = new Set<string>();
    await Promise.all(
      Array.from({ length: 6 }, async (_, place) => {
        const connection = postgres(ownSupabase.ownerUrl, { max: 1, onnotice: () => {} });
        const until = Date.now() + 90_000;
        while (finished.size < 96 && Date.now() < until) {
          const claimed =
            await connection`select run_id, attempt_token from public.claim_runs(${`worker ${place}`}, 5)`;
          const results = claimed.map((row) => ({ ...row, state: 'success', attempt_outcome: 'success' }));
          await connection`select public.finish_attempts(${connection.json(results)})`;
          for (const { run_id } of claimed) finished.add(run_id as string);
        }
        await connection.end();
      }),
    );
    expect(finished.size).toBe(96);
    expect(await countDeadlocks()).toBe(before);
  });
});

describe('a deletion of a job', () => {
  it.each([
    [
      'a result',
      (connection: postgres.Sql, [claimed]: [postgres.Row, string]) => {
        const result = { ...claimed, state: 'success', attempt_outcome: 'success' };
        return connection`select run_id from public.finish_attempts(${connection.json([result])})`;
      },
    ],
    [
      'a cancellation',
      (connection: postgres.Sql, [, pending]: [postgres.Row, string]) =>
        connection`select private.cancel_runs(array[${pending}]::uuid[])`,
    ],
  ])(
    'that waits for its job lets %s of a run pass, and neither ends the other [rule 42: nobody stops others]',
    async (_name, finish) => {
      const { jobId } = await makePluginJob(tenant.id, { pluginKey: 'a', name: 'busy', concurrencyLimit: 2 });
      const ids = await enqueueTestRuns(tenant.id, jobId, 2);
      const [claimed] = await worker`select run_id, attempt_token from public.claim_runs('worker', 1)`;
      const pending = ids.find((id) => id !== claimed!.run_id)!;
      const deleting = postgres(ownSupabase.ownerUrl, { max: 1, onnotice: () => {} });
      const finishing = postgres(ownSupabase.ownerUrl, { max: 1, onnotice: () => {} });
      let deletion: Promise<unknown> = Promise.resolve();
      let finished: Promise<unknown[]> = Promise.resolve([]);
      // Another change holds the job, so that both wait for it, the deletion first.
      await other.begin(async (tx) => {
        await tx`select from public.jobs where id = ${jobId} for no key update`;
        deletion = deleting`delete from public.jobs where id = ${jobId}`.execute();
        await untilWaiting(1);
        finished = finish(finishing, [claimed!, pending]).execute();
        await untilWaiting(2);
      });
      expect(await finished).toHaveLength(1);
      await deletion;
      await Promise.all([deleting.end(), finishing.end()]);
      expect(await sql`select from public.jobs where id = ${jobId}`).toHaveLength(0);
    },
  );

  it.each([
    [
      'progress',
      (tx: postgres.TransactionSql, id: string, token: string) =>
        tx`select public.note_plugin_progress(${id}, ${token}, '{"done": 1}') as answer`,
    ],
    [
      'a heartbeat',
      (tx: postgres.TransactionSql, id: string, token: string) =>
        tx`select public.extend_leases(${tx.json([{ run_id: id, attempt_token: token }])}) as answer`,
    ],
  ])(
    'waits for %s of its run, and neither ends the other [rule 42: nobody stops others]',
    async (_name, tell) => {
      const { jobId } = await makePluginJob(tenant.id, { pluginKey: 'a', name: 'deleted' });
      await enqueueTestRuns(tenant.id, jobId, 1);
      const [claimed] = await worker`select run_id, attempt_token from public.claim_runs('worker', 1)`;
      const deleting = postgres(ownSupabase.ownerUrl, { max: 1, onnotice: () => {} });
      let deletion: Promise<unknown> = Promise.resolve();
      await other.begin(async (tx) => {
        await tx`select from public.runs where id = ${claimed!.run_id} for no key update`;
        deletion = deleting`delete from public.jobs where id = ${jobId}`.execute();
        await untilWaiting(1);
        const [told] = await tell(tx, claimed!.run_id, claimed!.attempt_token);
        expect(told?.answer).not.toBeNull();
      });
      await deletion;
      await deleting.end();
      expect(await sql`select from public.runs where id = ${claimed!.run_id}`).toHaveLength(0);
      expect(await sql`select from pgmq.q_runs`).toHaveLength(0);
    },
  );
});

/** Waits until so many of this file's statements wait for a lock. */
const untilWaiting = (count: number) =>
  until(
    () => sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    (rows) => rows.length === count,
  );

async function countDeadlocks(): Promise<number> {
  // The statistics of an ended session arrive a moment later.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const [row] = await sql`select deadlocks::int from pg_stat_database where datname = current_database()`;
  return (row?.deadlocks as number | undefined) ?? 0;
}
