import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCurrentMember } from '#auth/current-member.ts';
import type { JobStatusPageCursor, PagePosition } from '#domain/page-cursor.ts';
import { toSearchable } from '#domain/search-pattern.ts';
import { sql } from '#testing/database/clients.ts';
import type { Columns } from '#testing/database/insert-row.ts';
import { makeReportedJob } from '#testing/jobs/make-reported-job.ts';
import { walkPages } from '#testing/pages/walk-pages.ts';
import { memberOf } from '#testing/tenants/act-as.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { makeTool } from '#testing/tools/make-tool.ts';
import { jobStatusesPerPage, listJobStatuses } from './queries.ts';
import type { JobStatusFilter } from './schemas.ts';

const everything: JobStatusFilter = { search: '', state: null, toolId: null };

const addStatuses = async (tenant: TestTenant, jobs: (Columns<'job_status'> & { job_key: string })[]) => {
  for (const job of jobs)
    await makeReportedJob(tenant.id, { last_finished_at: '2026-11-20T00:00:00Z', ...job });
};

describe('listJobStatuses', () => {
  let tenant: TestTenant;
  let toolId: string;

  beforeAll(async () => {
    tenant = await makeTenant();
    toolId = await makeTool(tenant.id, '経理ツール');
    await addStatuses(tenant, [
      {
        job_key: 'fine-new',
        last_finished_at: '2026-11-20T09:00:00Z',
        last_message: 'a,b"c\\d(50%) f_x * <b>',
      },
      {
        job_key: 'broken-old',
        last_status: 'error',
        last_finished_at: '2026-11-20T01:00:00Z',
        title: '日次バックアップ',
      },
      { job_key: 'fine-old', last_finished_at: '2026-11-20T02:00:00Z', tool_id: toolId },
      { job_key: 'broken-new', last_status: 'error', last_finished_at: '2026-11-20T08:00:00Z' },
      {
        job_key: 'from-2090',
        last_finished_at: '2090-01-01T00:00:00Z',
        last_ordered_at: '2026-11-20T03:00:00Z',
      },
      {
        job_key: 'late-failure',
        last_finished_at: '2026-11-20T04:00:00Z',
        late_failure_run_id: randomUUID(),
        late_failure_at: '2026-11-20T05:00:00Z',
      },
    ]);
  });

  const keysFor = async (filter: Partial<JobStatusFilter>) =>
    (await listJobStatuses(memberOf(tenant), { ...everything, ...filter }, null)).items.map(
      ({ jobKey }) => jobKey,
    );

  it('shows failing jobs, those with a late failure, and the others, each newest first by the corrected time [rule 5: wrong clocks]', async () => {
    expect(await keysFor({})).toEqual([
      'broken-new',
      'broken-old',
      'late-failure',
      'fine-new',
      'from-2090',
      'fine-old',
    ]);
  });

  it('marks only a reporter whose clock was wrong', async () => {
    const { items } = await listJobStatuses(memberOf(tenant), everything, null);
    expect(items.filter((status) => status.isClockWrong).map(({ jobKey }) => jobKey)).toEqual(['from-2090']);
  });

  it('names the tool', async () => {
    const { items } = await listJobStatuses(memberOf(tenant), everything, null);
    expect(items.map((status) => status.toolName)).toEqual([null, null, null, null, null, '経理ツール']);
  });

  it('filters by state and by tool, and counts the results', async () => {
    expect(await keysFor({ state: 'error' })).toEqual(['broken-new', 'broken-old']);
    expect(await keysFor({ state: 'late' })).toEqual(['late-failure']);
    expect(await keysFor({ state: 'success' })).toEqual(['fine-new', 'from-2090', 'fine-old']);
    expect(await keysFor({ toolId })).toEqual(['fine-old']);
    const { matchCount } = await listJobStatuses(memberOf(tenant), { ...everything, state: 'error' }, null);
    expect(matchCount).toBe(2);
  });

  it.each([
    ['a part of the title', 'バックアップ', ['broken-old']],
    ['half-width kana', 'ﾊﾞｯｸｱｯﾌﾟ', ['broken-old']],
    ['full-width letters', 'ＢＲＯＫＥＮ', ['broken-new', 'broken-old']],
    ['the key in upper case', 'FINE-OLD', ['fine-old']],
    ['a comma', 'a,b', ['fine-new']],
    ['a quote', 'b"c', ['fine-new']],
    ['a backslash', 'c\\d', ['fine-new']],
    ['brackets', '(50%)', ['fine-new']],
    ['a literal percent sign', '50%', ['fine-new']],
    ['a literal underscore', 'f_x', ['fine-new']],
    ['an underscore is not a wildcard', 'c_d', []],
    ['two letters', '日次', ['broken-old']],
    ['markup', '<b>', ['fine-new']],
    ['an attempt to end the filter', 'x),tenant_id.not.is.null', []],
    ['no match', 'zzz', []],
  ])('finds %s', async (_claim, search, expected) => {
    expect(await keysFor({ search })).toEqual(expected);
  });

  it('counts the results of a search once, on the first page', async () => {
    const find = (search: string, position: PagePosition<JobStatusPageCursor> | null = null) =>
      listJobStatuses(memberOf(tenant), { ...everything, search }, position);
    const { items, matchCount } = await find('broken');
    expect([items.length, matchCount]).toEqual([2, 2]);
    expect((await find('zzz')).matchCount).toBe(0);
    const cursor = { state: 'error', at: '2026-11-20T08:00:00Z', id: items[0]?.id ?? '' } as const;
    const rest = await find('broken', { direction: 'after', cursor });
    expect([rest.items.map(({ jobKey }) => jobKey), rest.matchCount]).toEqual([['broken-old'], null]);
  });

  it('finds a job by its current message and title, not by earlier ones', async () => {
    const id = await makeReportedJob(tenant.id, {
      job_key: 'renamed',
      title: '旧名称',
      last_message: 'disk full',
    });
    expect(await keysFor({ search: '旧名称' })).toEqual(['renamed']);
    expect(await keysFor({ search: 'disk full' })).toEqual(['renamed']);
    await sql`update public.jobs set title = '新名称' where id = ${id}`;
    await sql`update public.job_status set last_message = null where job_id = ${id}`;
    expect(await keysFor({ search: '旧名称' })).toEqual([]);
    expect(await keysFor({ search: 'disk full' })).toEqual([]);
    expect(await keysFor({ search: '新名称' })).toEqual(['renamed']);
    await sql`delete from public.jobs where id = ${id}`;
  });

  it('normalizes a search like the database normalizes its texts', async () => {
    // Letters from common keyboards and input methods: Latin to Cyrillic, symbols, kana, ideographs, both widths.
    const ranges = [
      [0x01, 0x058f],
      [0x1e00, 0x1eff],
      [0x2000, 0x33ff],
      [0x4e00, 0x9fff],
      [0xff00, 0xffef],
    ] as const;
    const texts = ranges.flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, index) => String.fromCharCode(from + index)),
    );
    texts.push('ΟΔΟΣ', 'ﾊﾞｯｸｱｯﾌﾟ', '㍿', 'ＡＢＣ　ｄｅｆ', '𠮷野家', 'STRASSE');
    const rows = await sql<{ text: string; searchable: string }[]>`
      select t as text, private.searchable(t) as searchable from unnest(${texts}::text[]) t`;
    const others = rows.filter(({ text, searchable }) => toSearchable(text) !== searchable);
    // A capital I with a dot, which has a lower-case form only in Turkish.
    expect(others.map(({ text }) => text)).toEqual(['İ']);
  });

  it('returns nothing to another tenant, whatever tenant it asks for', async () => {
    const other = await makeTenant();
    const asked = await listJobStatuses(
      { ...memberOf(other, 'admin'), tenantId: tenant.id },
      everything,
      null,
    );
    expect(asked.items).toEqual([]);
  });

  it('throws if the database refuses, instead of returning an empty list', async () => {
    const reader = { ...memberOf(tenant), tenantId: 'not-a-uuid' };
    await expect(listJobStatuses(reader, everything, null)).rejects.toThrow();
  });

  it('neither skips nor repeats a job when paging forward and back, if all times are equal', async () => {
    const many = await makeTenant();
    const count = jobStatusesPerPage * 2 + 20;
    await addStatuses(
      many,
      Array.from({ length: count }, (_, index) => ({
        job_key: `job-${index}`,
        last_status: index % 3 === 0 ? 'error' : 'success',
        last_finished_at: '2026-11-20T00:00:00.123456Z',
        ...(index % 3 === 1 && { late_failure_run_id: randomUUID(), late_failure_at: new Date() }),
      })),
    );
    const { down, up } = await walkPages((position: PagePosition<JobStatusPageCursor> | null) =>
      listJobStatuses(memberOf(many), everything, position),
    );
    expect(down.map((page) => page.length)).toEqual([50, 50, 20]);
    expect(new Set(down.flat().map(({ jobKey }) => jobKey)).size).toBe(count);
    expect(up).toEqual([down[1], down[0]]);
  });
});

describe('the badge of the current member', () => {
  it('counts failing jobs and returns a new version for every visible change', async () => {
    const tenant = await makeTenant();
    const { client } = tenant.staff;
    const versions: string[] = [];
    const look = async () => {
      const { badge } = await readCurrentMember(client);
      versions.push(badge.version);
      return [badge.failingCount, badge.jobCount];
    };
    expect(await look()).toEqual([0, 0]);
    await addStatuses(tenant, [{ job_key: 'a', last_status: 'error' }, { job_key: 'b' }]);
    expect(await look()).toEqual([1, 2]);
    const late = { late_failure_run_id: randomUUID(), late_failure_at: new Date() };
    await sql`update public.job_status set ${sql({ ...late, updated_at: new Date() })} where tenant_id = ${tenant.id} and job_key = 'b'`;
    expect(await look()).toEqual([2, 2]);
    await sql`update public.job_status set late_failure_run_id = null, late_failure_at = null, updated_at = now() where tenant_id = ${tenant.id} and job_key = 'b'`;
    await sql`update public.job_status set last_message = 'again', updated_at = now() where tenant_id = ${tenant.id} and job_key = 'a'`;
    expect(await look()).toEqual([1, 2]);
    await makeTool(tenant.id);
    await look();
    await sql`
      insert into public.runs (tenant_id, job_id, trigger, state, started_at, ordered_at)
      select tenant_id, id, 'report', 'running', now(), now() from public.jobs where tenant_id = ${tenant.id} and job_key = 'b'`;
    await look();
    await sql`delete from public.jobs where tenant_id = ${tenant.id} and job_key = 'b'`;
    expect(await look()).toEqual([1, 1]);
    expect(new Set(versions).size).toBe(7);
    expect((await readCurrentMember(client)).badge.version).toBe(versions.at(-1));
  });

  it('returns nothing to another tenant', async () => {
    const [tenant, other] = await Promise.all([makeTenant(), makeTenant()]);
    await addStatuses(tenant, [{ job_key: 'a', last_status: 'error' }]);
    const { badge } = await readCurrentMember(other.admin.client);
    expect([badge.failingCount, badge.jobCount]).toEqual([0, 0]);
  });
});
