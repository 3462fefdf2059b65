import { beforeAll, describe, expect, it } from 'vitest';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { sql } from '#testing/database/clients.ts';
import { makeRun } from '#testing/runs/make-run.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

interface Filter {
  job?: string;
  plugin?: string;
  state?: string;
  trigger?: string;
  isPortal?: boolean;
}

interface PluginFilter {
  jobName?: string;
  isById?: boolean;
  state?: string;
}

const states = ['success', 'failed', 'canceled', 'running', 'pending'];
const triggers = ['report', 'schedule', 'manual', 'api', 'retry'];

describe('pages of runs', () => {
  let tenant: TestTenant;
  let pluginId: string;
  const jobIds: string[] = [];
  const jobName = 'job-2';

  // Nine jobs: with a state, there are more ranges than the function merges; without one, there are fewer.
  beforeAll(async () => {
    tenant = await makeTenant();
    for (let job = 0; job < 9; job++) {
      const made = await makePluginJob(tenant.id, { pluginKey: 'many', name: `job-${job}` });
      jobIds.push(made.jobId);
      pluginId = made.pluginId;
    }
    await makePluginJob(tenant.id, { pluginKey: 'other', name: 'job-2' });
    await sql`update public.jobs set job_key = 'key of job-2' where id = ${jobIds[2]!}`;
    // Three days, most runs on the second one, and many runs at the same microsecond. The longer ones started the day before, and
    // every seventh never did.
    await sql`
      with made as (
        insert into public.runs
          (tenant_id, job_id, trigger, state, received_at, started_at, finished_at, ordered_at, events_processed)
        select
          j.tenant_id, j.id, (${triggers}::text[])[1 + (g * 7 + j.place) % 5], s.state,
          at - make_interval(hours => g % 4 * 6),
          case when g % 7 > 0 then at - make_interval(hours => g % 4 * 6) + (g % 2) * interval '1 microsecond' end,
          case when s.state in ('success', 'failed', 'canceled') then at end, at, g
        from (select *, row_number() over (order by id) as place from public.jobs where tenant_id = ${tenant.id}) j
        cross join generate_series(1, 60) g
        cross join lateral (select (${states}::text[])[1 + (case when g % 3 = 0 then (g / 3 + j.place) % 5 else 0 end)] as state) s
        cross join lateral (
          select '2026-11-17T12:00:00Z'::timestamptz + make_interval(days => case when g < 5 then 0 when g < 50 then 1 else 2 end)
            + (g / 6) * interval '1 microsecond' as at
        ) x
        returning id, state
      )
      select private.show_finished_runs(array_agg(id) filter (where state in ('success', 'failed', 'canceled'))) from made`;
  });

  const expectedIds = async (
    { job, plugin, state, trigger, isPortal }: Filter,
    direction: 'asc' | 'desc',
    by = 'ordered_at',
  ) => {
    const rows = await sql<{ id: string }[]>`
      select r.id from public.runs r join public.jobs j on j.id = r.job_id
      where r.tenant_id = ${tenant.id}
        and (${job ?? null}::uuid is null or r.job_id = ${job ?? null}::uuid)
        and (${plugin ?? null}::uuid is null or j.plugin_id = ${plugin ?? null}::uuid)
        and (${state ?? null}::text is null or r.state = ${state ?? null})
        and (${trigger ?? null}::text is null or r.trigger = ${trigger ?? null})
        and (not ${isPortal ?? false} or r.trigger <> 'report')
      order by ${sql(`r.${by}`)} desc, r.id desc`;
    const ids = rows.map(({ id }) => id);
    return direction === 'desc' ? ids : ids.reverse();
  };

  it.each<[string, () => Filter]>([
    ['all of a company', () => ({})],
    ['of a state', () => ({ state: 'failed' })],
    ['of a trigger', () => ({ trigger: 'manual' })],
    ['of both', () => ({ state: 'success', trigger: 'report' })],
    ['of a job', () => ({ job: jobIds[3]! })],
    ['of a job and a trigger', () => ({ job: jobIds[3]!, trigger: 'report' })],
    ['of a job and a state', () => ({ job: jobIds[3]!, state: 'running' })],
    ['of a plugin', () => ({ plugin: pluginId })],
    ['of a plugin, a state and a trigger', () => ({ plugin: pluginId, state: 'success', trigger: 'api' })],
    ['of a plugin and a job of it', () => ({ plugin: pluginId, job: jobIds[0]!, state: 'success' })],
    ['of the portal', () => ({ isPortal: true })],
    ['of the portal and a job', () => ({ isPortal: true, job: jobIds[1]! })],
    ['of the portal and a state', () => ({ isPortal: true, state: 'canceled' })],
  ])('%s have each run once, in order, in both directions', async (_claim, filterOf) => {
    const filter = filterOf();
    const read = async (isBackwards: boolean) => {
      const ids: string[] = [];
      let place: { ordered_at: string; id: string } | undefined;
      for (;;) {
        const { data, error } = await tenant.staff.client.rpc('page_runs', {
          p_tenant_id: tenant.id,
          p_job_id: filter.job,
          p_plugin_id: filter.plugin,
          p_state: filter.state,
          p_trigger: filter.trigger,
          p_is_portal: filter.isPortal ?? false,
          p_at: place?.ordered_at,
          p_id: place?.id,
          p_is_backwards: isBackwards,
          p_limit: 47,
        });
        if (error) throw error;
        ids.push(...data.map(({ run_id }) => run_id));
        if (data.length < 47) return ids;
        [place] = await sql<{ ordered_at: string; id: string }[]>`
          select ordered_at::text, id from public.runs where id = ${ids.at(-1) ?? ''}`;
      }
    };
    const expected = await expectedIds(filter, 'desc');
    expect(expected.length).toBeGreaterThan(0);
    expect(await read(false)).toEqual(expected);
    expect(await read(true)).toEqual(expected.toReversed());
  });

  it.each([
    ['all', {}],
    ['of one of its jobs, by name', { jobName }],
    ['of one of its jobs, by key', { jobName: 'key of job-2' }],
    ['of one of its jobs, by id', { isById: true }],
    ['that failed', { state: 'failed' }],
    ['that run', { state: 'running' }],
    ['that wait', { state: 'pending' }],
    ['that were canceled', { state: 'canceled' }],
    ['of one job that succeeded', { jobName, state: 'success' }],
  ])('of a plugin by offset, in the order of their start: %s', async (_claim, filter: PluginFilter) => {
    const { state } = filter;
    const isOfJob = filter.isById || filter.jobName !== undefined;
    const ofPlugin = { plugin: pluginId, isPortal: true, state, ...(isOfJob && { job: jobIds[2]! }) };
    for (const direction of ['desc', 'asc'] as const) {
      const expected = await expectedIds(ofPlugin, direction, 'started_or_queued_at');
      expect(expected.length).toBeGreaterThan(0);
      for (let offset = 0; offset < expected.length + 13; offset += 13) {
        const { data } = await tenant.staff.client.rpc('page_plugin_runs', {
          p_tenant_id: tenant.id,
          p_plugin_id: pluginId,
          p_job_name: filter.jobName,
          p_job_id: filter.isById ? jobIds[2]! : undefined,
          p_state: filter.state,
          p_is_newest_first: direction === 'desc',
          p_limit: 13,
          p_offset: offset,
        });
        const ids = (data ?? []).map(({ run_id }) => run_id as string | null).filter((id) => id !== null);
        expect(ids, `from ${offset}`).toEqual(expected.slice(offset, offset + 13));
        expect(data?.[0]?.total).toBe(expected.length);
      }
    }
  });

  it('of a plugin show another company nothing, not even their number', async () => {
    const other = await makeTenant();
    const asked = { p_tenant_id: tenant.id, p_plugin_id: pluginId };
    const { data: page } = await other.admin.client.rpc('page_plugin_runs', asked);
    expect(page).toEqual([{ total: 0, place: null, run_id: null }]);
    const { data: mine } = await other.admin.client.rpc('page_plugin_runs', {
      ...asked,
      p_tenant_id: other.id,
    });
    expect(mine).toEqual([{ total: 0, place: null, run_id: null }]);
    const { data: runs } = await other.admin.client.rpc('page_runs', asked);
    expect(runs).toEqual([]);
  });

  it('of a plugin are told apart by job when two jobs have one name', async () => {
    const twin = await makePluginJob(tenant.id, { pluginKey: 'many', name: jobName });
    const runId = await makeRun(tenant.id, twin.jobId, { trigger: 'api', state: 'pending' });
    const read = async (asked: { p_job_name?: string; p_job_id?: string }) => {
      const given = { p_tenant_id: tenant.id, p_plugin_id: pluginId, ...asked };
      const [page, summary] = await Promise.all([
        tenant.staff.client.rpc('page_plugin_runs', { ...given, p_limit: 1 }),
        tenant.staff.client.rpc('summarize_plugin_runs', given),
      ]);
      return [page.data?.[0]?.run_id, page.data?.[0]?.total, summary.data?.[0]?.pending_count];
    };
    const [, total, pending] = await read({ p_job_id: jobIds[2]! });
    expect(await read({ p_job_id: twin.jobId })).toEqual([runId, 1, 1]);
    expect(await read({ p_job_name: jobName })).toEqual([runId, Number(total) + 1, Number(pending) + 1]);
    expect(await read({ p_job_name: 'key of job-2' })).toEqual([expect.any(String), total, pending]);
  });
});
