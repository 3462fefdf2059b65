import { beforeAll, describe, expect, it } from 'vitest';
import { NotFoundError } from '#domain/errors.ts';
import { createTestTenant, sql, type TestTenant } from '#testing/supabase.ts';
import { findNeighbours, getRun, readReporter } from './queries.ts';

const readerOf = (tenant: TestTenant, role: 'admin' | 'staff' = 'staff') => ({
  client: tenant[role].client,
  tenantId: tenant.id,
  role,
});

describe('a run', () => {
  let tenant: TestTenant;
  let ids: string[];

  beforeAll(async () => {
    tenant = await createTestTenant();
    const [job] = await sql<{ id: string }[]>`
      insert into public.jobs (tenant_id, job_key, title) values (${tenant.id}, 'job', 'Job') returning id`;
    const rows = await sql<{ id: string }[]>`
      insert into public.runs (tenant_id, job_id, trigger, state, completed_at, ordered_at, metrics)
      select ${tenant.id}, ${job?.id ?? ''}, 'report', 'failed', at, at, '{"rows": 12, "rate": 0.5}'
      from generate_series(1, 3) g
      cross join lateral (select '2026-11-20T00:00:00.123456Z'::timestamptz as at) x
      returning id`;
    ids = rows.map(({ id }) => id).sort();
    await sql`
      insert into public.run_logs (run_id, tenant_id, head, tail, cut_characters)
      values (${ids[1] ?? ''}, ${tenant.id}, 'begin', 'end', 1000)`;
  });

  it('comes with its job, its numbers and its log', async () => {
    const run = await getRun(readerOf(tenant), ids[1] ?? '');
    expect(run.job.jobKey).toBe('job');
    expect(run.metrics).toEqual([
      { name: 'rate', value: '0.5' },
      { name: 'rows', value: '12' },
    ]);
    expect(run.log).toEqual({ head: 'begin', tail: 'end', cutCharacters: 1000 });
    expect((await getRun(readerOf(tenant), ids[0] ?? '')).log).toBeNull();
  });

  it('is not found by another tenant or under an id that is none', async () => {
    const other = await createTestTenant();
    await expect(getRun(readerOf(other, 'admin'), ids[1] ?? '')).rejects.toBeInstanceOf(NotFoundError);
    await expect(getRun(readerOf(tenant), 'x')).rejects.toBeInstanceOf(NotFoundError);
  });

  it('knows its neighbours, also where all have the same microsecond', async () => {
    const [oldest, middle, newest] = await Promise.all(
      ids.map(async (id) => findNeighbours(readerOf(tenant), await getRun(readerOf(tenant), id))),
    );
    expect(oldest).toEqual({ newer: ids[1], older: null });
    expect(middle).toEqual({ newer: ids[2], older: ids[0] });
    expect(newest).toEqual({ newer: null, older: ids[1] });
  });

  it('tells the name of its key to admins only', async () => {
    const [key] = await sql<{ id: string }[]>`
      insert into public.api_keys (tenant_id, name, prefix, key_hash, scopes)
      values (${tenant.id}, 'Office PC', 'tcp_abcdef12', ${'ab'.repeat(32)}, array['report']) returning id`;
    const id = key?.id ?? '';
    expect(await readReporter(readerOf(tenant, 'admin'), id)).toMatchObject({
      kind: 'namedKey',
      name: 'Office PC',
    });
    expect(await readReporter(readerOf(tenant, 'admin'), ids[0] ?? '')).toEqual({ kind: 'removedKey' });
    expect(await readReporter(readerOf(tenant), id)).toEqual({ kind: 'key' });
    expect(await readReporter(readerOf(tenant), null)).toEqual({ kind: 'secret' });
  });
});
