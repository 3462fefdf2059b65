// @ts-check
// Measures trivial runs a second, how long a run waits for an idle worker, and how soon the runs of a killed worker restart,
// also for pg-boss and graphile-worker on the same PostgreSQL: they connect directly and keep no history, totals or status.
// `node scripts/bench/scheduler-queue.mjs [runs] [--no-kill]`
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensurePackages, onCurrentNode, projectFolder } from '../prepare.mjs';

const runs = Number(process.argv.slice(2).find((text) => /^\d+$/.test(text)) ?? '20000');
const withKill = !process.argv.includes('--no-kill');
const samples = 100;
const killed = 50;
const batch = 100;

/** @typedef {{ name: string, perSecond: number, waitP50Ms: number, waitP95Ms: number }} Figure */

/** @param {number[]} values @param {number} share */
function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** @param {() => Promise<boolean>} isDone @param {number} everyMs */
async function until(isDone, everyMs) {
  while (!(await isDone())) await sleep(everyMs);
}

/** @param {string} concurrency @param {number} [pollMs] */
async function startOurs(concurrency, pollMs = 50) {
  const child = spawn(process.execPath, [path.join(projectFolder, 'scripts', 'bench', 'queue-worker.mjs')], {
    env: { ...process.env, BENCH_CONCURRENCY: concurrency, BENCH_POLL_MS: String(pollMs) },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.stdout?.resume();
  const exit = new Promise((resolve) => child.once('exit', resolve));
  return {
    wake: () => child.send('runs-waiting'),
    kill: () => (child.kill('SIGKILL'), exit),
    stop: () => (child.kill('SIGTERM'), exit),
  };
}

await onCurrentNode(async () => {
  await ensurePackages(import.meta.dirname);
  const { default: postgres } = await import('postgres');
  const { startTestSupabase } = await import('../../src/testing/database/start-supabase.ts');
  const { supabase, stop } = await startTestSupabase();
  Object.assign(process.env, {
    NEXT_PUBLIC_SUPABASE_URL: supabase.url,
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: supabase.publishableKey,
    SUPABASE_SECRET_KEY: supabase.secretKey,
  });
  const sql = postgres(supabase.superuserUrl, { max: 2, onnotice: () => {} });

  /** @param {string} name */
  async function createJob(name) {
    const [tenant] = await sql`insert into public.tenants (name) values ('Bench') returning id`;
    const [plugin] = await sql`
      insert into public.plugins (tenant_id, plugin_key, name, kind, manifest)
      values (${tenant?.id}, 'bench', 'Bench', 'built_in', '{}') returning id`;
    const [job] = await sql`
      insert into public.jobs (tenant_id, job_key, title, kind, plugin_id, plugin_job_name, timeout_seconds)
      values (${tenant?.id}, ${name}, ${name}, 'plugin', ${plugin?.id}, ${name}, 3600) returning id, tenant_id`;
    return { jobId: job?.id, tenantId: job?.tenant_id };
  }

  /** @param {{ jobId: string, tenantId: string }} job @param {number} count */
  async function enqueue({ jobId, tenantId }, count) {
    await sql.begin(async (tx) => {
      const rows = await tx`
        insert into public.runs (tenant_id, job_id, trigger, state, ordered_at, payload)
        select ${tenantId}, ${jobId}, 'schedule', 'pending', now(), '{}' from generate_series(1, ${count}::integer)
        returning id`;
      await tx`select private.enqueue_runs(${rows.map((row) => row.id)}::uuid[])`;
    });
  }

  /** @returns {Promise<Figure>} */
  async function measureOurs() {
    const job = await createJob('nothing');
    const worker = await startOurs('200');
    const countDone = async () => {
      const [row] = await sql`
        select coalesce(sum(success_count), 0)::int as count from public.run_stats_daily where job_id = ${job.jobId}`;
      return Number(row?.count);
    };
    await enqueue(job, 2_000);
    await until(async () => (await countDone()) === 2_000, 20);
    await worker.stop();
    await enqueue(job, runs);
    await sql`vacuum analyze`;
    const again = await startOurs('200');
    const startedAtMs = performance.now();
    await until(async () => (await countDone()) >= runs + 2_000, 20);
    const elapsedMs = performance.now() - startedAtMs;
    await again.stop();
    // An idle worker of `npm start`: it polls once a second, and the portal announces each run that it queues.
    const idle = await startOurs('200', 1_000);
    /** @type {number[]} */
    const waits = [];
    for (let at = 0; at < samples; at += 1) {
      await sleep(Math.random() * 150);
      const [run] = await sql`select public.start_run(${job.jobId}) as id`;
      idle.wake();
      const [row] = await (async () => {
        for (;;) {
          const rows = await sql`
            select extract(epoch from started_at - received_at) * 1000 as ms from public.runs
            where id = ${run?.id} and finished_at is not null`;
          if (rows.length > 0) return rows;
          await sleep(10);
        }
      })();
      waits.push(Number(row?.ms));
    }
    await idle.stop();
    return { name: 'TC Portal', ...toFigures(runs, elapsedMs, waits) };
  }

  /** @param {number} count @param {number} elapsedMs @param {number[]} waits */
  const toFigures = (count, elapsedMs, waits) => ({
    perSecond: (count / elapsedMs) * 1_000,
    waitP50Ms: percentile(waits, 0.5),
    waitP95Ms: percentile(waits, 0.95),
  });

  /** @returns {Promise<Figure>} */
  async function measurePgBoss() {
    const { PgBoss } = await import('pg-boss');
    const boss = new PgBoss({
      connectionString: supabase.superuserUrl,
      schema: 'bench_boss',
      supervise: false,
    });
    boss.on('error', () => {});
    await boss.start();
    await boss.createQueue('bench');
    for (let at = 0; at < runs; at += 1_000) {
      await boss.insert(
        'bench',
        Array.from({ length: Math.min(1_000, runs - at) }, () => ({ data: {} })),
      );
    }
    const startedAtMs = performance.now();
    for (;;) {
      const jobs = await boss.fetch('bench', { batchSize: batch });
      if (jobs.length === 0) break;
      await boss.complete(
        'bench',
        jobs.map((/** @type {{ id: string }} */ { id }) => id),
      );
    }
    const elapsedMs = performance.now() - startedAtMs;
    /** @type {number[]} */
    const waits = [];
    /** @type {(() => void) | undefined} */
    let started;
    await boss.work('bench', { pollingIntervalSeconds: 0.5 }, async () => started?.());
    for (let at = 0; at < samples / 4; at += 1) {
      await sleep(Math.random() * 600);
      const sentAtMs = performance.now();
      const start = new Promise((resolve) => (started = () => resolve(undefined)));
      await boss.send('bench', {});
      await start;
      waits.push(performance.now() - sentAtMs);
    }
    await boss.stop({ graceful: false });
    return { name: 'pg-boss 12.35', ...toFigures(runs, elapsedMs, waits) };
  }

  /** @returns {Promise<Figure>} */
  async function measureGraphile() {
    const { Logger, makeWorkerUtils, run } = await import('graphile-worker');
    const logger = new Logger(() => () => {});
    const options = { connectionString: supabase.superuserUrl, schema: 'bench_graphile', logger };
    const utils = await makeWorkerUtils(options);
    await utils.migrate();
    await sql`
      select bench_graphile.add_jobs(array(
        select json_populate_record(null::bench_graphile.job_spec, '{"identifier":"bench","payload":{}}')
        from generate_series(1, ${runs}::integer)))`;
    let done = 0;
    /** @type {(() => void) | undefined} */
    let started;
    const taskList = {
      bench: () => {
        done += 1;
        started?.();
      },
    };
    const startedAtMs = performance.now();
    const runner = await run({
      ...options,
      taskList,
      concurrency: 10,
      noHandleSignals: true,
      pollInterval: 2_000,
    });
    await until(async () => done >= runs, 5);
    const elapsedMs = performance.now() - startedAtMs;
    /** @type {number[]} */
    const waits = [];
    for (let at = 0; at < samples; at += 1) {
      await sleep(Math.random() * 150);
      const sentAtMs = performance.now();
      const start = new Promise((resolve) => (started = () => resolve(undefined)));
      await utils.addJob('bench', {});
      await start;
      waits.push(performance.now() - sentAtMs);
    }
    await runner.stop();
    await utils.release();
    return { name: 'graphile-worker 0.18', ...toFigures(runs, elapsedMs, waits) };
  }

  async function measureKill() {
    const job = await createJob('wait');
    const first = await startOurs(String(killed));
    await enqueue(job, killed);
    /** @param {number} attempt */
    const countRunning = async (attempt) => {
      const [row] = await sql`
        select count(*)::int as count from public.runs
        where job_id = ${job.jobId} and state = 'running' and attempt = ${attempt}`;
      return Number(row?.count);
    };
    await until(async () => (await countRunning(1)) === killed, 20);
    const second = await startOurs(String(killed));
    await first.kill();
    const killedAtMs = performance.now();
    await until(async () => (await countRunning(2)) === killed, 20);
    const seconds = (performance.now() - killedAtMs) / 1_000;
    await second.kill();
    return seconds;
  }

  try {
    process.stdout.write(`${runs.toLocaleString('en')} trivial runs, ${samples} runs for an idle worker\n\n`);
    const ours = await measureOurs();
    const figures = [ours, await measurePgBoss(), await measureGraphile()];
    process.stdout.write(
      `${'queue'.padEnd(22)} ${'runs/s'.padStart(9)} ${'wait p50'.padStart(11)} ${'wait p95'.padStart(11)}  ours is\n`,
    );
    for (const { name, perSecond, waitP50Ms, waitP95Ms } of figures) {
      const ratio = (ours.perSecond / perSecond).toFixed(2);
      process.stdout.write(
        `${name.padEnd(22)} ${perSecond.toFixed(0).padStart(9)} ${`${waitP50Ms.toFixed(1)} ms`.padStart(11)} ` +
          `${`${waitP95Ms.toFixed(1)} ms`.padStart(11)}  ${ratio} x\n`,
      );
    }
    if (withKill) {
      process.stdout.write(
        `\nkill -9 of a worker with ${killed} running: all running again after ${(await measureKill()).toFixed(1)} s (limit 45 s)\n`,
      );
    }
  } finally {
    await sql.end();
    await stop();
  }
  return 0;
});
