import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { runTick } from '#features/scheduler/run-tick.ts';
import { sql } from '#testing/database/clients.ts';
import type { Columns } from '#testing/database/insert-row.ts';
import { ownSupabase } from '#testing/database/own-supabase.ts';
import { supabaseVariables } from '#testing/database/variables.ts';
import { makeJob, ofPlugin } from '#testing/jobs/make-job.ts';
import { makePlugin } from '#testing/plugins/make-plugin.ts';
import { makeSchedule } from '#testing/schedules/make-schedule.ts';
import { makeTenant } from '#testing/tenants/make-tenant.ts';
import { until } from '#testing/until.ts';

const begin = Date.UTC(2032, 2, 1, 0, 0, 0);
const end = begin + 10 * 60_000;
const realMs = 10_000;
const speed = (end - begin) / realMs;
const leastKills = 24;

interface Case {
  columns: Columns<'schedules'>;
  first: number;
  /** Returns the instants of the ten minutes, computed without the code under test. */
  instants: number[];
}

const every = (seconds: number, from = begin): number[] =>
  Array.from(
    { length: Math.floor((end - from) / (seconds * 1000)) },
    (_, n) => from + (n + 1) * seconds * 1000,
  );

const cases: Case[] = [
  ...Array.from({ length: 12 }, () => ({ columns: { cron_expression: '* * * * *' }, instants: every(60) })),
  ...Array.from({ length: 6 }, () => ({
    columns: { cron_expression: '*/10 * * * * *' },
    instants: every(10),
  })),
  ...Array.from({ length: 6 }, () => ({ columns: { cron_expression: '*/2 * * * *' }, instants: every(120) })),
  ...Array.from({ length: 6 }, (_, n) => ({
    columns: {
      schedule_type: 'interval',
      cron_expression: null,
      interval_seconds: 7,
      anchor_at: new Date(begin + n * 1000),
    },
    instants: Array.from({ length: 86 }, (_unused, place) => begin + n * 1000 + place * 7000).filter(
      (at) => at > begin && at <= end,
    ),
  })),
  ...Array.from({ length: 4 }, (_, n) => ({
    columns: {
      schedule_type: 'one_shot',
      cron_expression: null,
      run_at: new Date(begin + (n * 2 + 1) * 60_000),
    },
    instants: [begin + (n * 2 + 1) * 60_000],
  })),
].map((one) => ({ ...one, first: one.instants[0]! }));

function start(script: string, args: readonly number[] = []): ChildProcess {
  return spawn(process.execPath, [path.resolve('src/testing/processes', script), ...args.map(String)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...supabaseVariables(ownSupabase),
    },
  });
}

const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise<void>((resolve) => child.once('exit', () => resolve()));

it('four schedulers and three workers, killed at random: a run for each instant [rule 20: one instant, one run], an end for each run [rule 31: every run ends], no cursor lost [rule 28: cursor]', async () => {
  const tenant = await makeTenant();
  const pluginId = await makePlugin(tenant.id, {
    manifest: { id: 'demo', name: 'Demo', version: '1.0.0', kind: 'built_in', jobs: [{ name: 'sync' }] },
  });
  const scheduleIds: string[] = [];
  for (const { columns, first } of cases) {
    const job = { ...ofPlugin(pluginId), concurrency_limit: 1 };
    const jobId = await makeJob(tenant.id, { ...job, max_attempts: 100, backoff_seconds: 0 });
    const schedule = { misfire_policy: 'all', misfire_limit: 1000, overlap_policy: 'allow' };
    scheduleIds.push(
      await makeSchedule(tenant.id, jobId, {
        ...schedule,
        updated_at: new Date(begin),
        next_nominal_at: new Date(first),
        next_due_at: new Date(first),
        ...columns,
      }),
    );
  }

  const realStartMs = Date.now() + 500;
  const startScheduler = () => start('ticking-scheduler.ts', [begin, end, speed, realStartMs]);
  const startWorker = () => start('counting-worker.ts');
  const schedulers = Array.from({ length: 4 }, startScheduler);
  const workers = Array.from({ length: 3 }, startWorker);
  const replace = (children: ChildProcess[], startAnother: () => ChildProcess): void => {
    const place = Math.floor(Math.random() * children.length);
    const victim = children[place];
    if (!victim || victim.exitCode !== null) return;
    victim.kill('SIGKILL');
    if (children === workers) killedWorkers += 1;
    children[place] = startAnother();
  };
  let kills = 0;
  let killedWorkers = 0;
  try {
    // A busy machine manages fewer kills while the schedules run, and does the rest afterwards.
    while (Date.now() < realStartMs + realMs || kills <= leastKills) {
      await sleep(200 + Math.random() * 600);
      replace(schedulers, startScheduler);
      if (kills % 6 === 5) replace(workers, startWorker);
      kills += 1;
    }
    await Promise.all(schedulers.map(ended));
    await runTick({ now: new Date(end) });
    await until(
      () => sql`
        select 1 from public.runs where tenant_id = ${tenant.id} and state in ('pending', 'running') limit 1`,
      (left) => left.length === 0,
      120_000,
    );
  } finally {
    for (const child of [...schedulers, ...workers]) child.kill('SIGKILL');
    await Promise.all([...schedulers, ...workers].map(ended));
  }
  expect(killedWorkers).toBeGreaterThan(2);

  const expected = cases.flatMap(({ instants }, n) => instants.map((at) => `${scheduleIds[n]} ${at}`)).sort();
  const ofSchedules = sql`schedule_id = any (${scheduleIds})`;
  const ledger = await sql<
    { schedule_id: string; nominal_at: Date; state: string; run_id: string; count: string }[]
  >`
    select schedule_id, nominal_at, state, run_id, instant_count as count from public.occurrences where ${ofSchedules}`;
  const runs = await sql<{ schedule_id: string; scheduled_for: Date; id: string }[]>`
    select schedule_id, scheduled_for, id from public.runs where ${ofSchedules}`;
  expect(ledger.filter(({ state, count }) => state !== 'started' || count !== '1')).toEqual([]);
  expect(ledger.map((row) => `${row.schedule_id} ${row.nominal_at.getTime()}`).sort()).toEqual(expected);
  expect(runs.map((row) => `${row.schedule_id} ${row.scheduled_for.getTime()}`).sort()).toEqual(expected);
  expect(new Set(ledger.map((row) => row.run_id))).toEqual(new Set(runs.map((row) => row.id)));

  const ends = await sql<{ state: string; runs: number }[]>`
    select state, count(*)::integer as runs from public.runs where ${ofSchedules} group by state`;
  expect(ends.map(({ state, runs: count }) => [state, count])).toEqual([['success', expected.length]]);
  // A run that finished twice would count twice; a run that started from an old cursor would make the count too low.
  const jobs = await sql`
    select j.cursor::integer as cursor, count(r.id)::integer as runs,
      (select sum(d.success_count)::integer from public.run_stats_daily d where d.job_id = j.id) as counted
    from public.jobs j join public.runs r on r.job_id = j.id
    where j.tenant_id = ${tenant.id} group by j.id`;
  expect(jobs.filter(({ cursor, runs: count, counted }) => cursor !== count || counted !== count)).toEqual(
    [],
  );
  const messages =
    await sql`select 1 from pgmq.q_runs where message ->> 'run_id' = any (${runs.map((row) => row.id)})`;
  expect(messages).toHaveLength(0);
}, 240_000);
