// @ts-check
// Measures a tick with 100,000 schedules: with nothing due, and with 1,000 due in one second. The ratios compare it with a plain
// SQL loop that starts the same runs without ledger, policies or time zones, so they are valid on any machine.
// `node scripts/bench/scheduler-tick.mjs`
import { onCurrentNode } from '../prepare.mjs';

const schedules = 100_000;
const dueCount = 1_000;
const ticks = 30;

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
/** @param {number} ms */
const shown = (ms) => `${ms.toFixed(1).padStart(8)} ms`;

await onCurrentNode(async () => {
  const { default: postgres } = await import('postgres');
  const { startTestSupabase } = await import('../../src/testing/database/start-supabase.ts');
  const { supabase, stop } = await startTestSupabase();
  const sql = postgres(supabase.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    Object.assign(process.env, {
      NEXT_PUBLIC_SUPABASE_URL: supabase.url,
      NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: supabase.publishableKey,
      SUPABASE_SECRET_KEY: supabase.secretKey,
    });
    const { runTick } = await import('../../src/features/scheduler/run-tick.ts');
    const { applyTick, listDueSchedules } = await import('../../src/data/scheduler.ts');
    const { createServiceClient } = await import('../../src/data/clients/service.ts');

    const now = Date.UTC(2033, 0, 1, 0, 0, 0);
    await sql.begin(async (tx) => {
      const [tenant] = await tx`insert into public.tenants (name) values ('Bench') returning id`;
      const [plugin] = await tx`
        insert into public.plugins (tenant_id, plugin_key, name, kind, manifest)
        values (${tenant?.id}, 'bench', 'Bench', 'built_in', '{}') returning id`;
      await tx`alter table public.jobs disable trigger audit_jobs`;
      await tx`alter table public.schedules disable trigger audit_schedules`;
      await tx`
        insert into public.jobs (tenant_id, job_key, title, kind, plugin_id, plugin_job_name)
        select ${tenant?.id}, 'job-' || n, 'Job ' || n, 'plugin', ${plugin?.id}, 'sync' from generate_series(1, ${schedules}::integer) n`;
      // Daily schedules; a thousand are due together in each of the first three hours.
      await tx`
        insert into public.schedules (tenant_id, job_id, schedule_type, cron_expression, time_zone, next_nominal_at, next_due_at)
        select tenant_id, id, 'cron', '0 0 ' || extract(hour from due at time zone 'UTC') || ' * * *', 'UTC', due, due
        from (
          select j.tenant_id, j.id, n,
            case when n <= ${dueCount * 3}::integer
              then to_timestamp(${now / 1000}::bigint + ceil(n / ${dueCount}::numeric) * 3600)
              else to_timestamp(${now / 1000}::bigint + 86400 + n)
            end as due
          from (select j.*, row_number() over (order by j.job_key) as n from public.jobs j) j
        ) j`;
      await tx`alter table public.jobs enable trigger audit_jobs`;
      await tx`alter table public.schedules enable trigger audit_schedules`;
    });
    await sql`vacuum analyze`;

    const silent = process.stdout.write.bind(process.stdout);
    /** @param {number} at */
    const tick = async (at) => {
      process.stdout.write = () => true;
      try {
        const startedAt = performance.now();
        const summary = await runTick({ now: new Date(at) });
        return { ms: performance.now() - startedAt, summary };
      } finally {
        process.stdout.write = silent;
      }
    };

    for (let n = 0; n < 5; n += 1) await tick(now);
    const idle = [];
    for (let n = 0; n < ticks; n += 1) idle.push((await tick(now)).ms);
    const idlePlain = [];
    for (let n = 0; n < ticks; n += 1) {
      const startedAt = performance.now();
      await sql`select id from public.schedules where next_due_at <= ${new Date(now)} order by next_due_at limit 1000`;
      idlePlain.push(performance.now() - startedAt);
    }

    const busy = [];
    for (const hour of [1, 2, 3]) {
      const { ms, summary } = await tick(now + hour * 3_600_000);
      if (summary.enqueued !== dueCount) throw new Error(`Started ${summary.enqueued} of ${dueCount}`);
      busy.push(ms);
    }

    // The same thousand runs, started by a loop in one transaction on the server.
    await sql`update public.schedules set next_due_at = to_timestamp(${now / 1000}), next_nominal_at = to_timestamp(${now / 1000})
      where id in (select schedule_id from public.occurrences where nominal_at = to_timestamp(${now / 1000}::bigint + 3600))`;
    const plainStartedAt = performance.now();
    await sql.unsafe(`
      do $$
      declare s record; v_run uuid;
      begin
        for s in select * from public.schedules where next_due_at <= to_timestamp(${now / 1000}) for update loop
          insert into public.runs (tenant_id, job_id, trigger, state, ordered_at, scheduled_for, schedule_id)
            values (s.tenant_id, s.job_id, 'schedule', 'pending', now(), s.next_nominal_at, s.id) returning id into v_run;
          perform pgmq.send('runs', jsonb_build_object('run_id', v_run));
          update public.schedules set next_due_at = next_due_at + interval '1 day', next_nominal_at = next_nominal_at + interval '1 day'
            where id = s.id;
        end loop;
      end $$`);
    const busyPlain = performance.now() - plainStartedAt;

    const client = createServiceClient();
    const listStartedAt = performance.now();
    await listDueSchedules(client, new Date(now + 86_400_000 * 2), 1_000);
    const listMs = performance.now() - listStartedAt;
    const emptyStartedAt = performance.now();
    await applyTick(client, new Date(now), []);
    const emptyMs = performance.now() - emptyStartedAt;

    console.log(
      `${schedules.toLocaleString('en')} schedules, through supabase-js and the Data API of the embedded Supabase\n`,
    );
    console.log(`tick with nothing due, median of ${ticks}    ${shown(median(idle))}   (goal: under 20 ms)`);
    console.log(
      `  one plain query for it             ${shown(median(idlePlain))}   ratio ${(median(idle) / median(idlePlain)).toFixed(1)}`,
    );
    console.log(
      `tick with ${dueCount} due, median of 3      ${shown(median(busy))}   (goal: under 2,000 ms)`,
    );
    console.log(`  of these: listing                  ${shown(listMs)}`);
    console.log(`  a call that applies nothing        ${shown(emptyMs)}`);
    console.log(
      `  a plain SQL loop on the server     ${shown(busyPlain)}   ratio ${(median(busy) / busyPlain).toFixed(1)}`,
    );
    return median(idle) < 20 && median(busy) < 2_000 ? 0 : 1;
  } finally {
    await sql.end();
    await stop();
  }
});
