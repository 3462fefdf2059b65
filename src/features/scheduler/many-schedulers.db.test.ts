import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { runTick } from '#features/scheduler/run-tick.ts';
import { createTestTenant, sql } from '#testing/supabase.ts';

const start = Date.UTC(2032, 2, 1, 0, 0, 0);
const end = start + 10 * 60_000;
const realMs = 25_000;
const speed = (end - start) / realMs;

interface Case {
  columns: Record<string, unknown>;
  first: number;
  /** The instants of the ten minutes, computed without the code under test. */
  instants: number[];
}

const every = (seconds: number, from = start): number[] =>
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
      anchor_at: new Date(start + n * 1000),
    },
    instants: Array.from({ length: 86 }, (_unused, place) => start + n * 1000 + place * 7000).filter(
      (at) => at > start && at <= end,
    ),
  })),
  ...Array.from({ length: 4 }, (_, n) => ({
    columns: {
      schedule_type: 'one_shot',
      cron_expression: null,
      run_at: new Date(start + (n * 2 + 1) * 60_000),
    },
    instants: [start + (n * 2 + 1) * 60_000],
  })),
].map((one) => ({ ...one, first: one.instants[0]! }));

function startScheduler(realStartMs: number): ChildProcess {
  const { url, publishableKey, secretKey } = inject('supabase');
  const script = path.resolve('src/testing/ticking-scheduler.ts');
  return spawn(process.execPath, [script, start, end, speed, realStartMs].map(String), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      NEXT_PUBLIC_SUPABASE_URL: url,
      NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey,
      SUPABASE_SECRET_KEY: secretKey,
    },
  });
}

it('rule 20: four schedulers, killed at random, give each occurrence exactly one run: none missing, none twice', async () => {
  const tenant = await createTestTenant();
  const [plugin] = await sql<{ id: string }[]>`
    insert into public.plugins (tenant_id, plugin_key, name, kind, manifest)
    values (${tenant.id}, 'demo', 'Demo', 'built_in', '{}') returning id`;
  const scheduleIds: string[] = [];
  for (const { columns, first } of cases) {
    const [job] = await sql<{ id: string }[]>`
      insert into public.jobs (tenant_id, job_key, title, kind, plugin_id, plugin_job_name)
      values (${tenant.id}, ${randomUUID()}, 'Job', 'plugin', ${plugin!.id}, 'sync') returning id`;
    const [schedule] = await sql<{ id: string }[]>`
      insert into public.schedules ${sql({
        tenant_id: tenant.id,
        job_id: job!.id,
        schedule_type: 'cron',
        time_zone: 'UTC',
        misfire_policy: 'all',
        misfire_limit: 1000,
        overlap_policy: 'allow',
        updated_at: new Date(start),
        next_nominal_at: new Date(first),
        next_due_at: new Date(first),
        ...columns,
      })} returning id`;
    scheduleIds.push(schedule!.id);
  }

  const realStartMs = Date.now() + 500;
  const schedulers = Array.from({ length: 4 }, () => startScheduler(realStartMs));
  let kills = 0;
  while (Date.now() < realStartMs + realMs) {
    await sleep(200 + Math.random() * 600);
    const place = Math.floor(Math.random() * schedulers.length);
    const victim = schedulers[place]!;
    if (victim.exitCode !== null) continue;
    victim.kill('SIGKILL');
    kills += 1;
    schedulers[place] = startScheduler(realStartMs);
  }
  await Promise.all(
    schedulers.map((child) =>
      child.exitCode !== null ? null : new Promise((resolve) => child.once('exit', resolve)),
    ),
  );
  await runTick({ now: new Date(end) });
  expect(kills).toBeGreaterThan(10);

  const expected = cases.flatMap(({ instants }, n) => instants.map((at) => `${scheduleIds[n]} ${at}`)).sort();
  const ofSchedules = sql`schedule_id = any (${scheduleIds})`;
  const ledger = await sql<
    { schedule_id: string; nominal_at: Date; state: string; run_id: string; count: string }[]
  >`
    select schedule_id, nominal_at, state, run_id, instant_count as count from public.occurrences where ${ofSchedules}`;
  const runs = await sql<
    { schedule_id: string; scheduled_for: Date; id: string; queue_message_id: string }[]
  >`
    select schedule_id, scheduled_for, id, queue_message_id from public.runs where ${ofSchedules}`;
  expect(ledger.filter(({ state, count }) => state !== 'started' || count !== '1')).toEqual([]);
  expect(ledger.map((row) => `${row.schedule_id} ${row.nominal_at.getTime()}`).sort()).toEqual(expected);
  expect(runs.map((row) => `${row.schedule_id} ${row.scheduled_for.getTime()}`).sort()).toEqual(expected);
  expect(new Set(ledger.map((row) => row.run_id))).toEqual(new Set(runs.map((row) => row.id)));
  // Each run has its message, and no message is without its run.
  const messages = await sql<{ id: string; run_id: string }[]>`
    select msg_id as id, message ->> 'run_id' as run_id from pgmq.q_runs where message ->> 'run_id' = any (${runs.map((row) => row.id)})`;
  expect(messages.map((row) => `${row.run_id} ${row.id}`).sort()).toEqual(
    runs.map((row) => `${row.id} ${row.queue_message_id}`).sort(),
  );
}, 90_000);
