import { afterAll, beforeEach, expect, it } from 'vitest';
import { leaseSeconds } from '#domain/limits.ts';
import { sql } from '#testing/database/clients.ts';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { forgetRuns } from '#testing/runs/forget-runs.ts';
import { enqueueTestRuns } from '#testing/runs/start-runs.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

// Random mixes of limits, plugins, priorities, cancels, lost workers, lost and foreign messages. Repeat one with
// QUEUE_SEED=<seed> npx vitest run --project database generated-queue
const given = Number(process.env.QUEUE_SEED ?? '0');
const seeds = given > 0 ? [given] : Array.from({ length: 6 }, () => Math.floor(Math.random() * 1e9) + 1);

/** Mulberry32: small, and the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Claimed {
  run_id: string;
  job_id: string;
  attempt_token: string;
}
interface Job {
  id: string;
  plugin: string;
}

let tenant: TestTenant;

beforeEach(async () => {
  tenant = await makeTenant();
  await forgetRuns();
});
afterAll(() => forgetRuns());

/** Jobs and plugins of which more runs are running than their limit allows, or of which more may start than that. */
const listExcess = () => sql<{ what: string; name: string; active: number }[]>`
  select 'job' as what, j.title as name, count(*)::int as active
  from public.jobs j
  join public.runs r on r.job_id = j.id and r.finished_at is null and r.queue_message_id is not null
  where j.tenant_id = ${tenant.id}
  group by j.id
  having count(*) > j.concurrency_limit and count(*) filter (where r.state = 'pending') > 0
  union all
  select 'plugin', p.plugin_key, count(*)::int
  from public.plugins p
  join public.jobs j on j.plugin_id = p.id
  join public.runs r on r.job_id = j.id and r.finished_at is null and r.queue_message_id is not null
  where p.tenant_id = ${tenant.id}
  group by p.id
  having count(*) > p.concurrency_limit and count(*) filter (where r.state = 'pending') > 0`;

it.each(seeds)(
  'every run ends, no limit is exceeded and no job starves, whatever happens in between (seed %i) [rule 31: every run ends]',
  async (seed) => {
    const random = randomOf(seed);
    const below = (count: number) => Math.floor(random() * count);
    const oneOf = <T>(list: readonly T[]): T => list[below(list.length)]!;
    const plugins = ['alpha', 'beta', 'gamma'];
    const jobs: Job[] = [];
    for (let place = 0; place < 7; place += 1) {
      const plugin = oneOf(plugins);
      const { jobId } = await makePluginJob(tenant.id, {
        pluginKey: plugin,
        name: 'job',
        maxAttempts: 1 + below(3),
        concurrencyLimit: oneOf([null, null, 1, 1, 2, 3]),
        pluginConcurrencyLimit: plugin === 'gamma' ? 2 : null,
      });
      jobs.push({ id: jobId, plugin });
    }
    const all = { alpha: ['job'], beta: ['job'], gamma: ['job'] };
    let held: Claimed[] = [];
    const claim = (handlers: Record<string, string[]>, quantity: number) =>
      sql<Claimed[]>`
        select run_id, job_id, attempt_token
        from public.claim_runs('worker', ${quantity}, ${leaseSeconds}, ${sql.json(handlers)})`;
    const finish = (runs: Claimed[], end: object) =>
      runs.length === 0
        ? null
        : sql`select public.finish_attempts(${sql.json(runs.map((run) => ({ ...run, ...end })))})`;
    const take = (count: number): Claimed[] => held.splice(0, Math.min(count, held.length));

    const steps: Record<string, () => Promise<unknown> | null> = {
      enqueue: () => enqueueTestRuns(tenant.id, oneOf(jobs).id, 1 + below(15)),
      'start by hand': () => sql`select public.start_run(${oneOf(jobs).id})`,
      'enqueue one that must be alone': async () => {
        await sql`
          with made as (
            insert into public.runs (tenant_id, job_id, trigger, state, ordered_at, is_exclusive)
            values (${tenant.id}, ${oneOf(jobs).id}, 'schedule', 'pending', now(), true) returning id
          )
          select private.enqueue_runs(array_agg(id)) from made`;
      },
      claim: async () => {
        held.push(...(await claim(all, 1 + below(8))));
      },
      'claim without a plugin': async () => {
        const plugin = oneOf(plugins);
        const claimed = await claim({ [plugin]: ['job'] }, 1 + below(8));
        for (const run of claimed) {
          expect(jobs.find(({ id }) => id === run.job_id)?.plugin).toBe(plugin);
        }
        held.push(...claimed);
      },
      succeed: () => finish(take(1 + below(6)), { state: 'success', attempt_outcome: 'success' }),
      fail: () => finish(take(1 + below(3)), { state: 'failed', attempt_outcome: 'failed' }),
      retry: () =>
        finish(take(1 + below(3)), {
          state: 'pending',
          attempt_outcome: 'retry',
          delay_seconds: below(2) * 60,
        }),
      snooze: () => finish(take(1), { state: 'pending', attempt_outcome: 'snoozed', delay_seconds: 60 }),
      release: () => finish(take(2), { state: 'pending', attempt_outcome: 'released', delay_seconds: 0 }),
      'lose a worker': async () => {
        const lost = take(3).map(({ run_id }) => run_id);
        await sql`update public.runs set lease_expires_at = now() - interval '1 minute' where id = any (${lost}) and state = 'running'`;
        await sql`update pgmq.q_runs set vt = now() - interval '1 second' where message ->> 'run_id' = any (${lost})`;
        await sql`update pgmq.q_runs_high set vt = now() - interval '1 second' where message ->> 'run_id' = any (${lost})`;
      },
      'pass a deadline': async () => {
        const late = take(1).map(({ run_id }) => run_id);
        await sql`
          update public.runs set deadline_at = now() - interval '1 minute', lease_expires_at = now() - interval '1 minute'
          where id = any (${late}) and state = 'running'`;
      },
      'lose messages': () =>
        sql`delete from pgmq.q_runs where msg_id in (select msg_id from pgmq.q_runs order by random() limit 2)`,
      'foreign message': () =>
        sql`select pgmq.send(${oneOf(['runs', 'runs_high'])}, ${sql.json(oneOf([{}, { run_id: 'x' }, { run_id: crypto.randomUUID() }]))})`,
      cancel: () =>
        sql`
          select private.cancel_runs(array(
            select id from public.runs where tenant_id = ${tenant.id} and finished_at is null order by random() limit 2))`,
      'change a limit': () =>
        sql`update public.jobs set concurrency_limit = ${oneOf([null, 1, 2, 4])} where id = ${oneOf(jobs).id}`,
      'change the limit of a plugin': () =>
        sql`update public.plugins set concurrency_limit = ${oneOf([null, 1, 3])} where tenant_id = ${tenant.id} and plugin_key = ${oneOf(plugins)}`,
      'switch a job': () =>
        sql`update public.jobs set is_enabled = not is_enabled where id = ${oneOf(jobs).id}`,
      'pass a minute': () =>
        sql`
          update public.runs set next_attempt_at = next_attempt_at - interval '1 minute'
          where tenant_id = ${tenant.id} and finished_at is null and next_attempt_at is not null`,
      reap: () => sql`select public.reap_runs()`,
      'delete a job': async () => {
        if (jobs.length <= 4 || random() < 0.7) return;
        const [gone] = jobs.splice(below(jobs.length), 1);
        held = held.filter((run) => run.job_id !== gone?.id);
        await sql`delete from public.jobs where id = ${gone!.id}`;
      },
    };
    const names = Object.keys(steps);
    const told: string[] = [];
    for (let count = 0; count < 150; count += 1) {
      const name = random() < 0.4 ? oneOf(['claim', 'succeed', 'enqueue']) : oneOf(names);
      told.push(name);
      await steps[name]!();
      const excess = await listExcess();
      expect(excess, `after ${told.slice(-6).join(', ')}`).toEqual([]);
    }

    // Now the workers catch up: nothing else is needed. Deadlines and delays pass.
    await sql`update public.jobs set is_enabled = true where tenant_id = ${tenant.id}`;
    await sql`update private.heartbeats set beat_at = now()`;
    const started = new Map<string, number>();
    let round = 0;
    for (; round < 600; round += 1) {
      await steps['pass a minute']!();
      if (round % 5 === 0) {
        await sql`
          update public.runs set lease_expires_at = now() - interval '1 minute'
          where tenant_id = ${tenant.id} and state = 'running' and not id = any (${held.map(({ run_id }) => run_id)})`;
        await sql`select public.reap_runs()`;
      }
      const waiting = await sql<{ job_id: string }[]>`
        select distinct job_id from public.runs where tenant_id = ${tenant.id} and state = 'pending' and next_attempt_at is null`;
      if (waiting.length === 0 && held.length === 0) {
        const [left] = await sql<{ count: number }[]>`
          select count(*)::int from public.runs where tenant_id = ${tenant.id} and finished_at is null`;
        if (left?.count === 0) break;
      }
      await finish(take(held.length), { state: 'success', attempt_outcome: 'success' });
      held.push(...(await claim(all, 5)));
      for (const { job_id } of held) started.set(job_id, round);
      expect(await listExcess()).toEqual([]);
      for (const { job_id } of waiting) {
        const last = started.get(job_id) ?? started.set(job_id, round).get(job_id)!;
        expect(round - last, 'a job that waits gets its turn').toBeLessThan(60);
      }
    }
    const open = await sql`
      select id, job_id, state, attempt, queue_message_id, next_attempt_at, lease_expires_at, deadline_at, is_exclusive
      from public.runs where tenant_id = ${tenant.id} and finished_at is null limit 5`;
    expect(open).toEqual([]);
    await claim(all, 100);
    const [left] = await sql<{ count: number }[]>`
      select (select count(*) from pgmq.q_runs)::int + (select count(*) from pgmq.q_runs_high)::int as count`;
    expect(left?.count).toBe(0);
  },
  120_000,
);
