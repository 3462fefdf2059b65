import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { serviceClient, sql } from '#testing/database/clients.ts';
import { insertRow } from '#testing/database/insert-row.ts';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

/** Always returns the same sequence, so that a failure can be repeated. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Returns the totals by plugin and day: those stored, and those calculated from run_stats_daily. */
async function readBoth(tenantId: string) {
  const isNotEmpty = sql`
    sum(success_count) <> 0 or sum(failed_count) <> 0 or sum(canceled_count) <> 0 or sum(started_success_count) <> 0
    or sum(started_failed_count) <> 0 or sum(started_canceled_count) <> 0`;
  const kept = await sql`
    select plugin_id, day::text, sum(success_count)::int as success, sum(failed_count)::int as failed,
      sum(canceled_count)::int as canceled,
      sum(success_events_sum)::int as events, sum(success_duration_count)::int as success_durations,
      sum(success_duration_ms_sum)::int as success_ms,
      sum(started_success_count)::int as started_success, sum(started_failed_count)::int as started_failed,
      sum(started_canceled_count)::int as started_canceled
    from public.run_totals_daily where tenant_id = ${tenantId}
    group by 1, 2 having ${isNotEmpty} order by 1, 2`;
  const added = await sql`
    select j.plugin_id, s.day::text, sum(success_count)::int as success, sum(failed_count)::int as failed,
      sum(canceled_count)::int as canceled,
      sum(success_events_sum)::int as events, sum(success_duration_count)::int as success_durations,
      sum(success_duration_ms_sum)::int as success_ms,
      sum(started_success_count)::int as started_success, sum(started_failed_count)::int as started_failed,
      sum(started_canceled_count)::int as started_canceled
    from public.run_stats_daily s join public.jobs j on j.id = s.job_id where s.tenant_id = ${tenantId}
    group by 1, 2 having ${isNotEmpty} order by 1, 2`;
  return { kept: [...kept], added: [...added] };
}

/** Finishes runs of a job like a worker. */
async function finishRuns(
  tenantId: string,
  jobId: string,
  runs: { state: string; at: string; ms: number }[],
) {
  await sql`
    with made as (
      insert into public.runs (tenant_id, job_id, trigger, state, finished_at, ordered_at, duration_ms, events_processed)
      select ${tenantId}, ${jobId}, 'schedule', r.state, r.at, r.at, r.ms, r.ms % 7
      from jsonb_to_recordset(${sql.json(runs)}) as r (state text, at timestamptz, ms bigint)
      returning id
    )
    select private.show_finished_runs(array_agg(id)) from made`.catch((error: unknown) => {
    // The job was deleted at the same moment.
    if (!(error instanceof Error && 'code' in error && error.code === '23503')) throw error;
  });
}

const report = (tenantId: string, jobKey: string, state: string, at: string, ms: number) => ({
  position: 0,
  tenant_id: tenantId,
  kind: 'finish',
  job_key: jobKey,
  title: jobKey,
  state,
  finished_at: at,
  duration_ms: ms,
  report_key: `run:${randomUUID()}`,
});

async function recordReports(reports: object[]): Promise<void> {
  const { error } = await serviceClient().rpc('record_reports', {
    p_reports: reports.map((item, position) => ({ ...item, position })) as never,
  });
  // A job was deleted while its report was being recorded: nothing was stored, so the reporter sends it again.
  if (error?.code === '23502') return recordReports(reports);
  if (error) throw error;
}

describe('totals of a company and of each plugin by day', () => {
  let tenant: TestTenant;

  beforeAll(async () => {
    tenant = await makeTenant();
  });

  it('always equal the totals of the jobs, whatever changes, in any order', async () => {
    const random = createRandom(20_261_122);
    const states = ['success', 'failed', 'canceled'];
    const day = () => `2026-11-${String(1 + random(9)).padStart(2, '0')}T0${random(9)}:00:00Z`;
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const pluginKeys = ['one', 'two', 'three'];
    const plugins: string[] = [];
    for (const pluginKey of pluginKeys) {
      const { pluginId } = await makePluginJob(tenant.id, { pluginKey, name: 'first' });
      plugins.push(pluginId);
    }
    const jobs = async () =>
      await sql<{ id: string; plugin_id: string | null }[]>`
        select id, plugin_id from public.jobs where tenant_id = ${tenant.id} order by id`;
    const step = async () => {
      const all = await jobs();
      const ofPlugins = all.filter(({ plugin_id }) => plugin_id !== null);
      const job = ofPlugins[random(ofPlugins.length)];
      switch (random(10)) {
        case 0:
        case 1:
        case 2:
        case 3: {
          const count = 1 + random(20);
          return recordReports(
            Array.from({ length: count }, () =>
              report(
                tenant.id,
                keys[random(5)] ?? '',
                states[random(2)] ?? '',
                day(),
                random(5) * 100 + 1_000,
              ),
            ),
          );
        }
        case 4:
        case 5:
        case 6: {
          if (!job) return;
          const count = 1 + random(20);
          return finishRuns(
            tenant.id,
            job.id,
            Array.from({ length: count }, () => ({
              state: states[random(3)] ?? '',
              at: day(),
              ms: random(900),
            })),
          );
        }
        case 7: {
          // As an admin, who can delete jobs but cannot write totals.
          const deleted = all[random(all.length)];
          const { error } = await tenant.admin.client
            .from('jobs')
            .delete()
            .eq('id', deleted?.id ?? '');
          expect(error).toBeNull();
          return;
        }
        case 8: {
          const pluginId = plugins[random(3)] ?? '';
          await sql`update public.jobs set plugin_id = ${pluginId} where id = ${job?.id ?? randomUUID()}`;
          return;
        }
        default:
          await makePluginJob(tenant.id, { pluginKey: pluginKeys[random(3)] ?? '', name: 'more' });
      }
    };
    for (let round = 0; round < 60; round++) {
      await step();
      const { kept, added } = await readBoth(tenant.id);
      expect(kept, `after step ${round}`).toEqual(added);
    }
    await Promise.all(Array.from({ length: 40 }, step));
    const { kept, added } = await readBoth(tenant.id);
    expect(added.length).toBeGreaterThan(10);
    expect(kept).toEqual(added);
  });

  it('match what the lists of runs show', async () => {
    const { data: all } = await tenant.staff.client
      .rpc('summarize_runs', { p_tenant_id: tenant.id, p_since: '2026-11-04' })
      .single();
    const [expected] = await sql`
      select sum(success_count)::int as success_count, sum(failed_count)::int as failed_count,
        sum(canceled_count)::int as canceled_count,
        sum(success_duration_count)::int as success_duration_count,
        sum(success_duration_ms_sum)::int as success_duration_ms_sum
      from public.run_stats_daily where tenant_id = ${tenant.id} and day >= '2026-11-04'`;
    expect(all).toMatchObject({ ...expected });
  });

  it('disappear with the last job, and leave no rows', async () => {
    await sql`delete from public.plugins where tenant_id = ${tenant.id}`;
    await sql`delete from public.jobs where tenant_id = ${tenant.id}`;
    expect((await readBoth(tenant.id)).kept).toEqual([]);
    await sql`select private.fold_run_totals()`;
    expect(await sql`select from public.run_totals_daily where tenant_id = ${tenant.id}`).toHaveLength(0);
  });

  it('have few rows, however many changes there are', async () => {
    await recordReports([report(tenant.id, 'busy', 'success', '2026-11-05T00:00:00Z', 10)]);
    // Each is a separate change.
    for (let change = 1; change < 600; change++) {
      await sql`update public.run_stats_daily set success_count = success_count + 1 where tenant_id = ${tenant.id}`;
    }
    const [row] = await sql<{ rows: number; runs: number }[]>`
      select count(*)::int as rows, sum(success_count)::int as runs from public.run_totals_daily where tenant_id = ${tenant.id}`;
    expect(row?.runs).toBe(600);
    expect(row?.rows).toBeLessThan(400);
  });

  it('leave nothing of a deleted company', async () => {
    const id = await insertRow('tenants', { name: 'Gone' });
    await recordReports([report(id, 'a', 'success', '2026-11-05T00:00:00Z', 10)]);
    await sql`delete from public.tenants where id = ${id}`;
    await sql`select private.fold_run_totals()`;
    expect(await sql`select from public.run_totals_daily where tenant_id = ${id}`).toHaveLength(0);
  });

  it('are written only by the database itself', async () => {
    for (const client of [tenant.admin.client, serviceClient()]) {
      const { error } = await client.from('run_totals_daily').delete().eq('tenant_id', tenant.id);
      expect(error?.code).toBe('42501');
    }
  });
});
