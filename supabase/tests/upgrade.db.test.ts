import { createClient } from '@supabase/supabase-js';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '#data/database.types.ts';
import { recordReports } from '#data/reports.ts';
import { claimRuns } from '#data/run-queue.ts';
import { readPortalMetrics } from '#data/scheduler.ts';
import { applyMigrations } from '#server/embedded/migrations.ts';
import type { AdminActor } from '#auth/actor.ts';
import { type CurrentMember, readCurrentMember } from '#auth/current-member.ts';
import { listJobStatuses } from '#features/job-status/queries.ts';
import { listJobs } from '#features/jobs/queries.ts';
import { listPlugins } from '#features/plugins/queries.ts';
import { parseJobReport } from '#features/reports/parse-report.ts';
import { listPluginRuns } from '#features/runs/plugin-runs.ts';
import { listAllRuns, readTotals } from '#features/runs/run-list.ts';
import { startRun } from '#features/runs/start-run.ts';
import { listPluginJobs, readSchedulerStatus } from '#features/scheduler/queries.ts';
import { runTick } from '#features/scheduler/run-tick.ts';
import { listAuditEntries } from '#features/audit/queries.ts';
import { listMembers } from '#features/members/queries.ts';
import { migrationsFolder } from '#testing/database/definitions.ts';
import { listFilledTables } from '#testing/database/rows.ts';
import { startTestSupabase } from '#testing/database/start-supabase.ts';
import { filledAdmin } from '#testing/database/fill-database.ts';
import { readFilledDatabase, readReleases } from '#testing/database/releases.ts';

// Values that the tables allow but no code of that version writes.
const neverWritten = [
  'occurrences.state: expected',
  'occurrences.state: excused',
  'occurrences.state: unknown',
  'run_attempts.outcome: snoozed',
  'run_attempts.outcome: released',
];

/** Returns the key of each row, by table. */
async function readKeys(sql: Sql): Promise<Map<string, Set<string>>> {
  const keys = new Map<string, Set<string>>();
  for (const { name, key } of await listFilledTables(sql)) {
    const columns = key.map((column) => `"${column}"`).join(', ');
    const rows = await sql.unsafe<{ key: string }[]>(
      `select jsonb_build_array(${columns})::text as key from ${name}`,
    );
    keys.set(name, new Set(rows.map((row) => row.key)));
  }
  return keys;
}

/** Returns the values that a check of the form `column in (…)` allows but no row has. */
async function listUnusedValues(sql: Sql): Promise<string[]> {
  const choices = await sql<{ relation: string; column: string; values: string[] }[]>`
    select c.conrelid::regclass::text as relation, a.attname as column,
      array(select m[1] from regexp_matches(pg_get_constraintdef(c.oid), '''([^'']*)''::text', 'g') m) as values
    from pg_constraint c
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.connamespace in ('public'::regnamespace, 'private'::regnamespace)
      and c.contype = 'c' and cardinality(c.conkey) = 1 and pg_get_constraintdef(c.oid) like '%= ANY (ARRAY[%'`;
  const unused: string[] = [];
  for (const { relation, column, values } of choices) {
    const rows = await sql<
      { value: string }[]
    >`select distinct ${sql(column)} as value from ${sql(relation)}`;
    const used = new Set(rows.map(({ value }) => value));
    unused.push(
      ...values.filter((value) => !used.has(value)).map((value) => `${relation}.${column}: ${value}`),
    );
  }
  return unused;
}

/** Returns the foreign keys and checks that a row violates. */
async function listBrokenConstraints(sql: Sql): Promise<string[]> {
  const constraints = await sql<{ name: string; broken: string }[]>`
    select c.conname as name,
      case c.contype
        when 'c' then format('select from %s where not (%s)', c.conrelid::regclass, pg_get_expr(c.conbin, c.conrelid))
        else format(
          'select from %s one where %s and not exists (select from %s other where %s)',
          c.conrelid::regclass,
          (select string_agg(format('one.%I is not null', a.attname), ' and ')
            from pg_attribute a where a.attrelid = c.conrelid and a.attnum = any (c.conkey)),
          c.confrelid::regclass,
          (select string_agg(format('one.%I = other.%I', a.attname, b.attname), ' and ')
            from unnest(c.conkey, c.confkey) k (one, other)
            join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.one
            join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.other)
        )
      end as broken
    from pg_constraint c
    where c.contype in ('c', 'f') and c.connamespace in ('public'::regnamespace, 'private'::regnamespace)`;
  expect(constraints.length).toBeGreaterThan(50);
  const broken: string[] = [];
  for (const constraint of constraints) {
    if ((await sql.unsafe(constraint.broken)).length > 0) broken.push(constraint.name);
  }
  return broken;
}

describe.each(readReleases())('a database that version $version has filled', ({ version, migrations }) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal release '));
  let started: Awaited<ReturnType<typeof startTestSupabase>>;
  let sql: Sql;
  const client = (key: 'publishableKey' | 'secretKey') => {
    const options = { auth: { persistSession: false, autoRefreshToken: false } };
    return createClient<Database>(started.supabase.url, started.supabase[key], options);
  };

  beforeAll(async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    for (const file of migrations.keys())
      fs.copyFileSync(path.join(migrationsFolder, file), path.join(folder, file));
    started = await startTestSupabase(folder);
    sql = postgres(started.supabase.ownerUrl, { max: 1, onnotice: () => {} });
    await sql.unsafe(readFilledDatabase(version));
  });

  afterAll(async () => {
    await sql?.end();
    await started?.stop();
    fs.rmSync(folder, { recursive: true });
  });

  it('has rows of every kind in every table', async () => {
    const empty = [...(await readKeys(sql))].filter(([, keys]) => keys.size === 0).map(([name]) => name);
    expect(empty).toEqual([]);
    const unused = await listUnusedValues(sql);
    expect(unused.filter((value) => !neverWritten.includes(value))).toEqual([]);
  });

  it('keeps every row and every constraint after an upgrade', async () => {
    const before = await readKeys(sql);
    await applyMigrations(started.supabase.ownerUrl, migrationsFolder, folder);
    const after = await readKeys(sql);
    const lost = [...before].flatMap(([name, keys]) =>
      [...keys].filter((key) => !after.get(name)?.has(key)).map((key) => `${name} ${key}`),
    );
    expect(lost).toEqual([]);
    expect(await listBrokenConstraints(sql)).toEqual([]);
  });

  it('shows its users their data', async () => {
    const person = client('publishableKey');
    expect((await person.auth.signInWithPassword(filledAdmin)).error).toBeNull();
    const admin: CurrentMember & AdminActor = { ...(await readCurrentMember(person)), role: 'admin' };
    const everything = { jobId: null, pluginId: null, state: null, trigger: null, from: null, to: null };
    const pages = {
      incidents: (await listJobStatuses(admin, { search: '', state: null, toolId: null }, null)).items,
      found: (await listJobStatuses(admin, { search: '在庫', state: null, toolId: null }, null)).items,
      jobs: (await listJobs(admin, { search: '', toolId: null, state: null }, null)).items,
      runs: (await listAllRuns(admin, everything, null)).items,
      pluginJobs: (await listPluginJobs(admin)).items,
      plugins: await listPlugins(admin),
      members: await listMembers(admin),
      auditLog: (await listAuditEntries(admin, null)).entries,
    };
    expect(Object.entries(pages).filter(([, rows]) => rows.length === 0)).toEqual([]);
    expect((await readTotals(admin, { since: null, jobId: null, pluginId: null })).success).toBeGreaterThan(
      0,
    );
    expect((await readSchedulerStatus(admin)).isEnabled).toBe(true);
  });

  it('lists and counts the runs of each plugin as before, and knows when they changed', async () => {
    const ofPlugins = await sql<{ id: string; tenant_id: string; runs: string[]; unmoved: boolean }[]>`
      select p.id, p.tenant_id, array_agg(r.id order by coalesce(r.started_at, r.received_at) desc, r.id desc) as runs,
        bool_and(r.updated_at = coalesce(r.finished_at, r.started_at, r.received_at)) as unmoved
      from public.plugins p
      join public.jobs j on j.plugin_id = p.id
      join public.runs r on r.job_id = j.id and r.trigger <> 'report'
      group by p.id`;
    expect(ofPlugins.length).toBeGreaterThan(0);
    const actor = {
      client: client('secretKey'),
      role: 'admin',
      timeZone: 'Asia/Tokyo',
      userId: null,
    } as const;
    const page = { limit: 100, offset: 0, isNewestFirst: true };
    for (const { id, tenant_id: tenantId, runs, unmoved } of ofPlugins) {
      const { total, runs: listed } = await listPluginRuns({ ...actor, tenantId }, id, page);
      expect([total, listed.map(({ runId }) => runId)]).toEqual([runs.length, runs.slice(0, 100)]);
      expect(unmoved).toBe(true);
    }
  });

  it('continues to record reports, tick and claim runs', async () => {
    const service = client('secretKey');
    const now = new Date();
    const body = { job_key: 'stock', title: '在庫', status: 'success', finished_at: now.toISOString() };
    const { report } = parseJobReport(body, {
      idempotencyKey: null,
      secrets: [],
      now,
      timeZone: 'Asia/Tokyo',
    });
    const [recorded] = await recordReports(
      service,
      [{ report, reporter: { tenantId: null, apiKeyId: null } }],
      AbortSignal.timeout(20_000),
    );
    expect(recorded).toMatchObject({ refusal: null, isNew: true });

    const [job] = await sql<{ id: string; tenant_id: string }[]>`
      select id, tenant_id from public.jobs where job_key like 'fail-%' order by job_key limit 1`;
    const actor = {
      client: service,
      tenantId: job!.tenant_id,
      role: 'admin',
      timeZone: 'Asia/Tokyo',
      userId: null,
    } as const;
    const { runId } = await startRun(actor, job!.id);
    expect(await runTick({ client: service })).toMatchObject({ broken: 0 });
    const claim = { workerId: 'upgraded', quantity: 50, leaseSeconds: 60 };
    const claimed = await claimRuns(service, claim, AbortSignal.timeout(20_000));
    expect(claimed.map((run) => run.runId)).toContain(runId);
    expect((await readPortalMetrics(service)).runs.running).toBeGreaterThan(0);
  });
});
