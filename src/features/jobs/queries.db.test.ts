import { beforeAll, describe, expect, it } from 'vitest';
import { NotFoundError } from '#domain/errors.ts';
import type { InstantPageCursor, PagePosition } from '#domain/page-cursor.ts';
import { sql } from '#testing/database/clients.ts';
import { makeJob } from '#testing/jobs/make-job.ts';
import { makeReportedJob } from '#testing/jobs/make-reported-job.ts';
import { walkPages } from '#testing/pages/walk-pages.ts';
import { makeRun } from '#testing/runs/make-run.ts';
import { memberOf } from '#testing/tenants/act-as.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import {
  countRuns,
  getJob,
  jobsPerPage,
  listJobs,
  listRuns,
  listUnfinishedRuns,
  readDailyStats,
  runsPerPage,
} from './queries.ts';
import type { HistoryFilter, JobFilter } from './schemas.ts';

const allJobs: JobFilter = { search: '', state: null, toolId: null };
const allRuns: HistoryFilter = { outcome: null, from: null, to: null };

describe('listJobs', () => {
  let tenant: TestTenant;

  beforeAll(async () => {
    tenant = await makeTenant();
    await makeReportedJob(tenant.id, { job_key: 'a-failing', last_status: 'error' });
    await makeReportedJob(tenant.id, { job_key: 'b-fine' });
    await makeJob(tenant.id, { job_key: 'd,"never) * finished' });
    const started = await makeJob(tenant.id, { job_key: 'c-started' });
    await makeRun(tenant.id, started, { state: 'running', host: 'PC-01' });
  });

  const keysFor = async (filter: Partial<JobFilter>) =>
    (await listJobs(memberOf(tenant), { ...allJobs, ...filter }, null)).items.map(({ jobKey }) => jobKey);

  it('returns every job with its state, including one that has only started', async () => {
    const { items } = await listJobs(memberOf(tenant), allJobs, null);
    expect(items.map(({ jobKey, health, running }) => [jobKey, health, running?.host ?? null])).toEqual([
      ['a-failing', 'error', null],
      ['b-fine', 'success', null],
      ['c-started', 'neverRun', 'PC-01'],
      ['d,"never) * finished', 'neverRun', null],
    ]);
  });

  it.each([
    ['failing', { state: 'error' }, ['a-failing']],
    ['fine', { state: 'success' }, ['b-fine']],
    ['running', { state: 'running' }, ['c-started']],
    ['never finished', { state: 'neverRun' }, ['c-started', 'd,"never) * finished']],
    ['with a word in key or title', { search: 'never)' }, ['d,"never) * finished']],
    ['with any punctuation in them', { search: ',"NEVER) *' }, ['d,"never) * finished']],
    ['with letters typed in full width', { search: 'ｂ－ｆｉｎｅ' }, ['b-fine']],
  ] as const)('narrows to jobs that are %s', async (_claim, filter, expected) => {
    expect(await keysFor(filter)).toEqual(expected);
  });

  it('neither skips nor repeats a job when paging, whatever characters the keys contain', async () => {
    const many = await makeTenant();
    const count = jobsPerPage + 20;
    await sql`
      insert into public.jobs (tenant_id, job_key, title)
      select ${many.id}, chr(33 + g) || ',"*(\\%日本' || g, 'x' from generate_series(0, ${count - 1}) g`;
    const first = await listJobs(memberOf(many), allJobs, null);
    const second = await listJobs(memberOf(many), allJobs, { direction: 'after', cursor: first.older ?? '' });
    const back = await listJobs(memberOf(many), allJobs, { direction: 'before', cursor: second.newer ?? '' });
    expect([first.items.length, second.items.length, second.older]).toEqual([jobsPerPage, 20, null]);
    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(count);
    expect(back).toEqual(first);
  });

  it('shows another tenant nothing', async () => {
    const other = await makeTenant();
    const reader = { ...memberOf(other, 'admin'), tenantId: tenant.id };
    expect((await listJobs(reader, allJobs, null)).items).toEqual([]);
  });
});

describe('getJob', () => {
  it('finds only jobs of the tenant', async () => {
    const [tenant, other] = await Promise.all([makeTenant(), makeTenant()]);
    const id = await makeReportedJob(tenant.id, { job_key: 'mine', last_status: 'error' });
    expect(await getJob(memberOf(tenant), id)).toMatchObject({
      jobKey: 'mine',
      status: { lastStatus: 'error' },
    });
    await expect(getJob(memberOf(other), id)).rejects.toBeInstanceOf(NotFoundError);
    await expect(getJob(memberOf(tenant), 'nonsense')).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe('history', () => {
  let tenant: TestTenant;
  let job: string;

  beforeAll(async () => {
    tenant = await makeTenant();
    job = await makeReportedJob(tenant.id, { job_key: 'busy' });
    await sql`
      with made as (
        insert into public.runs (tenant_id, job_id, trigger, state, finished_at, ordered_at)
        select
          ${tenant.id}, ${job}, 'report', case when g % 10 = 0 then 'failed' else 'success' end, at, at
        from generate_series(0, 129) g
        cross join lateral (select '2026-11-20T14:59:59.999999Z'::timestamptz + (g / 40) * interval '1 microsecond' as at) x
        returning id
      )
      select private.show_finished_runs(array_agg(id)) from made`;
    await makeRun(tenant.id, job, { state: 'running', ordered_at: '2026-11-21T00:00:00Z' });
  });

  it('neither skips nor repeats a run when paging forward and back, if many have the same microsecond', async () => {
    const { down, up } = await walkPages((position: PagePosition<InstantPageCursor> | null) =>
      listRuns(memberOf(tenant), job, allRuns, position),
    );
    expect(down.map(({ length }) => length)).toEqual([runsPerPage, runsPerPage, 31]);
    expect(new Set(down.flat().map(({ id }) => id)).size).toBe(131);
    expect(up).toEqual([down[1], down[0]]);
  });

  it('filters by outcome', async () => {
    const failed = await listRuns(memberOf(tenant), job, { ...allRuns, outcome: 'failed' }, null);
    expect(failed.items.map(({ state }) => state)).toEqual(Array.from({ length: 13 }, () => 'failed'));
  });

  it('counts days in the tenant’s zone', async () => {
    // 40 runs finish in the last microsecond of the 20th in Tokyo, the others on the 21st.
    const of = async (filter: Partial<HistoryFilter>) =>
      (await listRuns(memberOf(tenant), job, { ...allRuns, ...filter }, null)).items.length;
    expect(await of({ to: '2026-11-20' })).toBe(40);
    expect(await of({ from: '2026-11-21', outcome: 'failed' })).toBe(9);
    expect(await of({ from: '2026-11-22' })).toBe(0);
  });

  it('returns the runs that have not finished and the number of all runs', async () => {
    expect((await listUnfinishedRuns(memberOf(tenant), job)).map(({ state }) => state)).toEqual(['running']);
    expect(await countRuns(memberOf(tenant), job)).toBe(131);
  });

  it('shows another tenant nothing', async () => {
    const other = await makeTenant();
    expect((await listRuns(memberOf(other), job, allRuns, null)).items).toEqual([]);
    expect(await countRuns(memberOf(other), job)).toBe(0);
  });
});

describe('readDailyStats', () => {
  it('returns 90 days up to today in the tenant’s zone, including empty ones', async () => {
    const tenant = await makeTenant();
    const job = await makeJob(tenant.id);
    await sql`
      insert into public.run_stats_daily
        (job_id, day, tenant_id, success_count, failed_count, duration_count, duration_ms_sum, duration_ms_max)
      values
        (${job}, '2026-11-22', ${tenant.id}, 3, 1, 4, 10000, 4000),
        (${job}, '2026-11-20', ${tenant.id}, 1, 0, 0, 0, 0),
        (${job}, '2026-01-01', ${tenant.id}, 1, 0, 0, 0, 0)`;
    const stats = await readDailyStats(memberOf(tenant), job, new Date('2026-11-21T16:00:00Z'));
    expect(stats.length).toBe(90);
    expect(stats.slice(-3)).toEqual([
      {
        day: '2026-11-20',
        successCount: 1,
        failedCount: 0,
        canceledCount: 0,
        averageMs: null,
        longestMs: null,
      },
      {
        day: '2026-11-21',
        successCount: 0,
        failedCount: 0,
        canceledCount: 0,
        averageMs: null,
        longestMs: null,
      },
      {
        day: '2026-11-22',
        successCount: 3,
        failedCount: 1,
        canceledCount: 0,
        averageMs: 2500,
        longestMs: 4000,
      },
    ]);
    expect(stats.slice(0, -3).every(({ successCount }) => successCount === 0)).toBe(true);
  });
});
