import { beforeAll, describe, expect, it } from 'vitest';
import { NotFoundError } from '#domain/errors.ts';
import { makeApiKey } from '#testing/api-keys/make-api-key.ts';
import { sql } from '#testing/database/clients.ts';
import { makeJob } from '#testing/jobs/make-job.ts';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { makeRun } from '#testing/runs/make-run.ts';
import { actAs, memberOf } from '#testing/tenants/act-as.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { findNeighbours, getRun, readReporter } from './queries.ts';
import { readTotals } from './run-list.ts';
import { findShownRun } from './whole-run.ts';

describe('a run', () => {
  let tenant: TestTenant;
  let ids: string[];

  beforeAll(async () => {
    tenant = await makeTenant();
    const jobId = await makeJob(tenant.id, { job_key: 'job' });
    const at = '2026-11-20T00:00:00.123456Z';
    const run = { state: 'failed', ordered_at: at, metrics: { rows: 12, rate: 0.5 } };
    ids = (await Promise.all([1, 2, 3].map(() => makeRun(tenant.id, jobId, run)))).sort();
    await sql`
      insert into public.run_logs (run_id, tenant_id, head, tail, cut_characters)
      values (${ids[1] ?? ''}, ${tenant.id}, 'begin', 'end', 1000)`;
  });

  it('comes with its job, its numbers and its log', async () => {
    const run = await getRun(memberOf(tenant), ids[1] ?? '');
    expect(run.job.jobKey).toBe('job');
    expect(run.metrics).toEqual([
      { name: 'rate', value: '0.5' },
      { name: 'rows', value: '12' },
    ]);
    expect(run.log).toEqual({ head: 'begin', tail: 'end', cutCharacters: 1000 });
    expect((await getRun(memberOf(tenant), ids[0] ?? '')).log).toBeNull();
  });

  it('is not found by another tenant or by an invalid id', async () => {
    const other = await makeTenant();
    await expect(getRun(memberOf(other, 'admin'), ids[1] ?? '')).rejects.toBeInstanceOf(NotFoundError);
    await expect(getRun(memberOf(tenant), 'x')).rejects.toBeInstanceOf(NotFoundError);
  });

  it('opens next to a list for members who may see it, and is ignored for others', async () => {
    const id = ids[1] ?? '';
    const other = await makeTenant();
    const shown = await findShownRun(actAs(tenant, tenant.admin), id);
    expect(shown).toMatchObject({ run: { id }, portalRun: null, mayCancel: false });
    expect(await findShownRun(actAs(other, other.admin), id)).toBeNull();
    expect(await findShownRun(actAs(tenant, tenant.admin), null)).toBeNull();
  });

  it('knows the runs before and after it, even if all have the same microsecond', async () => {
    const [oldest, middle, newest] = await Promise.all(
      ids.map(async (id) => findNeighbours(memberOf(tenant), await getRun(memberOf(tenant), id))),
    );
    expect(oldest).toEqual({ newer: ids[1], older: null });
    expect(middle).toEqual({ newer: ids[2], older: ids[0] });
    expect(newest).toEqual({ newer: null, older: ids[1] });
  });

  it('shows the name of its key only to admins', async () => {
    const { id } = await makeApiKey(tenant.id, ['report'], { name: 'Office PC' });
    expect(await readReporter(memberOf(tenant, 'admin'), id)).toMatchObject({
      kind: 'namedKey',
      name: 'Office PC',
    });
    expect(await readReporter(memberOf(tenant, 'admin'), ids[0] ?? '')).toEqual({ kind: 'deletedKey' });
    expect(await readReporter(memberOf(tenant), id)).toEqual({ kind: 'key' });
    expect(await readReporter(memberOf(tenant), null)).toEqual({ kind: 'secret' });
  });
});

describe('the totals above a list of runs', () => {
  it('average per successful run, with and without reports among them [contract: plugin runs]', async () => {
    const tenant = await makeTenant();
    const { jobId, pluginId } = await makePluginJob(tenant.id, { pluginKey: 'totals', name: 'sync' });
    const scriptId = await makeJob(tenant.id);
    const byHand = { trigger: 'manual' };
    const runs = await Promise.all([
      makeRun(tenant.id, jobId, { ...byHand, duration_ms: 1_000, events_processed: 10 }),
      makeRun(tenant.id, jobId, { ...byHand, duration_ms: 2_000, events_processed: 20 }),
      makeRun(tenant.id, jobId, { ...byHand, state: 'failed', duration_ms: 60_000 }),
      makeRun(tenant.id, scriptId, { duration_ms: 6_000 }),
      makeRun(tenant.id, scriptId),
      makeRun(tenant.id, scriptId, { state: 'failed', duration_ms: 90_000 }),
    ]);
    await sql`select private.show_finished_runs(${runs}::uuid[])`;
    const all = { since: null, jobId: null, pluginId: null };
    const reader = { ...memberOf(tenant), timeZone: 'UTC' };
    expect(await readTotals(reader, { ...all, pluginId })).toEqual({
      total: 3,
      success: 2,
      failed: 1,
      running: 0,
      pending: 0,
      averageEvents: 15,
      averageMs: 1_500,
    });
    expect(await readTotals(reader, { ...all, jobId })).toMatchObject({
      averageEvents: 15,
      averageMs: 1_500,
    });
    // Reports count no events, so they do not lower the average of runs that do.
    expect(await readTotals(reader, all)).toMatchObject({ averageEvents: 15, averageMs: 3_000 });
    expect(await readTotals(reader, { ...all, jobId: scriptId })).toMatchObject({
      averageEvents: null,
      averageMs: 6_000,
    });
  });
});
