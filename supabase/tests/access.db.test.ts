import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeApiKey } from '#testing/api-keys/make-api-key.ts';
import { createAnonClient, serviceClient, sql, type TestClient } from '#testing/database/clients.ts';
import { makeJob, ofPlugin } from '#testing/jobs/make-job.ts';
import { makePlugin } from '#testing/plugins/make-plugin.ts';
import { makeSchedule } from '#testing/schedules/make-schedule.ts';
import { makeTool } from '#testing/tools/make-tool.ts';
import { makePerson } from '#testing/tenants/make-person.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

// The tables that a signed-in user can read. A test below fails if a table is missing here.
const readableBy: Record<string, 'staff and admin' | 'admin only'> = {
  tenants: 'staff and admin',
  members: 'staff and admin',
  tools: 'staff and admin',
  jobs: 'staff and admin',
  job_status: 'staff and admin',
  job_search_texts: 'staff and admin',
  runs: 'staff and admin',
  run_logs: 'staff and admin',
  run_stats_daily: 'staff and admin',
  run_totals_daily: 'staff and admin',
  run_attempts: 'staff and admin',
  plugins: 'staff and admin',
  scheduler_settings: 'staff and admin',
  off_periods: 'staff and admin',
  schedules: 'staff and admin',
  occurrences: 'staff and admin',
  run_error_stacks: 'admin only',
  invitations: 'admin only',
  api_keys: 'admin only',
  audit_log: 'admin only',
};

// Columns that no signed-in user can read, in any row.
const hiddenColumns: Record<string, string[]> = { api_keys: ['key_hash'], invitations: ['token_hash'] };

const tables = Object.keys(readableBy);
let mine: TestTenant;
let other: TestTenant;

const sha256 = () => randomBytes(32).toString('hex');

/** Creates one row in every table of the tenant. */
async function fillTenant(tenant: TestTenant): Promise<void> {
  const id = tenant.id;
  await makeTool(id);
  await sql`insert into public.invitations (tenant_id, email, role, token_hash) values (${id}, ${`${randomUUID()}@example.com`}, 'staff', ${sha256()})`;
  await makeApiKey(id, ['report']);
  await sql`insert into public.scheduler_settings (tenant_id, is_enabled) values (${id}, false)`;
  const jobId = await makeJob(id, ofPlugin(await makePlugin(id)));
  const scheduleId = await makeSchedule(id, jobId);
  await sql`
    insert into public.occurrences (tenant_id, job_id, schedule_id, nominal_at, through_nominal_at, due_at, state)
    values (${id}, ${jobId}, ${scheduleId}, now(), now(), now(), 'expected')`;
  const { error } = await serviceClient().rpc('record_reports', {
    p_reports: [
      {
        position: 0,
        tenant_id: id,
        kind: 'finish',
        job_key: 'backup',
        title: 'Backup',
        state: 'failed',
        finished_at: new Date().toISOString(),
        report_key: 'run:1',
        message: 'disk full',
        log: { head: 'log' },
      },
    ],
  });
  if (error) throw error;
  const [run] = await sql`select id from public.runs where tenant_id = ${id}`;
  await sql`insert into public.run_attempts (run_id, attempt, tenant_id, worker_id) values (${run!.id}, 1, ${id}, 'worker')`;
  await sql`insert into public.run_error_stacks (run_id, tenant_id, stack) values (${run!.id}, ${id}, 'at line 1')`;
}

/** Returns the rows of a table that a client can read; an error counts as access denied, not as an empty table. */
async function countRows(client: TestClient, table: string): Promise<number | 'refused'> {
  // Columns are listed, because some tables hide some of them.
  const columns = await sql<{ name: string }[]>`
    select column_name as name from information_schema.columns where table_schema = 'public' and table_name = ${table} order by 1`;
  const visible = columns
    .map((column) => column.name)
    .filter((name) => !(hiddenColumns[table] ?? []).includes(name));
  const { data, error } = await client.from(table as 'jobs').select(visible.join(','));
  if (error) {
    expect(error.code, `${table}: ${error.message}`).toBe('42501');
    return 'refused';
  }
  return data.length;
}

async function countOwnRows(table: string, tenantId: string): Promise<number> {
  const column = table === 'tenants' ? 'id' : 'tenant_id';
  const [row] =
    await sql`select count(*)::int as count from public.${sql(table)} where ${sql(column)} = ${tenantId}`;
  return row!.count as number;
}

beforeAll(async () => {
  [mine, other] = await Promise.all([makeTenant(), makeTenant()]);
  await fillTenant(mine);
  await fillTenant(other);
});

describe('every table, including future ones [rule 32: row level security]', () => {
  it('knows every table of schema public', async () => {
    const rows = await sql<{ name: string }[]>`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`;
    const views = await sql<{ name: string }[]>`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'
        and coalesce(array_to_string(c.reloptions, ',') like '%security_invoker=true%', false)`;
    const invokerViews = new Set(views.map((view) => view.name));
    expect(rows.map((row) => row.name).filter((name) => !invokerViews.has(name))).toEqual([...tables].sort());
  });

  it('has row level security and a policy on each', async () => {
    const rows = await sql<{ name: string }[]>`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and (not c.relrowsecurity or not exists (select 1 from pg_policy p where p.polrelid = c.oid))`;
    expect(rows.map((row) => row.name)).toEqual([]);
  });

  it('has a tenant column in every table', async () => {
    const rows = await sql<{ name: string }[]>`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'tenants'
        and not exists (
          select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnotnull)`;
    expect(rows.map((row) => row.name)).toEqual([]);
  });

  it('describes every table and column', async () => {
    const rows = await sql<{ name: string }[]>`
      select c.relname || coalesce('.' || a.attname, '') as name
      from pg_class c
      left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
        and (obj_description(c.oid, 'pg_class') is null or (c.relkind <> 'v' and col_description(c.oid, a.attnum) is null))`;
    expect(rows.map((row) => row.name)).toEqual([]);
  });

  it('has policies only for signed-in users, named as sentences', async () => {
    const rows = await sql<{ name: string }[]>`
      select policyname as name from pg_policies
      where schemaname = 'public' and (roles <> '{authenticated}' or policyname !~ '^(Members|Admins) can [a-z ].+')`;
    expect(rows.map((row) => row.name)).toEqual([]);
  });

  it('gives a definer function an empty search_path and keeps it out of the Data API', async () => {
    const rows = await sql<{ name: string }[]>`
      select n.nspname || '.' || p.proname as name
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname in ('public', 'private', 'pgmq_public')
        and ((p.prosecdef and n.nspname <> 'private') or not coalesce('search_path=""' = any (p.proconfig), false))`;
    expect(rows.map((row) => row.name)).toEqual([]);
  });

  it('lets anonymous users execute and read nothing of ours', async () => {
    const functions = await sql<{ name: string }[]>`
      select n.nspname || '.' || p.proname as name
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname in ('public', 'private', 'pgmq', 'pgmq_public') and has_function_privilege('anon', p.oid, 'execute')`;
    expect(functions.map((row) => row.name)).toEqual([]);
    const grants = await sql<{ name: string }[]>`
      select table_schema || '.' || table_name || ' ' || privilege_type as name from information_schema.role_table_grants
      where table_schema in ('public', 'private', 'pgmq') and grantee in ('anon', 'PUBLIC')`;
    expect(grants.map((row) => row.name)).toEqual([]);
  });

  it('lets signed-in users execute exactly the functions for them', async () => {
    const rows = await sql<{ name: string }[]>`
      select p.proname as name
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname in ('public', 'pgmq', 'pgmq_public') and has_function_privilege('authenticated', p.oid, 'execute')
      order by 1`;
    expect(rows.map((row) => row.name)).toEqual([
      'accept_invitation',
      'cancel_run',
      'current_member',
      'declare_plugin',
      'dismiss_late_failures',
      'has_worker',
      'list_job_secrets',
      'owns_webhook_secret',
      'page_job_status',
      'page_plugin_runs',
      'page_runs',
      'read_portal_health',
      'read_scheduler_status',
      'read_schedules_overview',
      'rename_myself',
      'set_job_enabled',
      'set_job_secret',
      'set_plugin_secret',
      'start_run',
      'summarize_plugin_runs',
      'summarize_runs',
    ]);
  });
});

describe.each(tables)('%s [rule 32: row level security]', (table) => {
  it('has rows for this test', async () => {
    expect(await countOwnRows(table, mine.id)).toBeGreaterThan(0);
    expect(await countOwnRows(table, other.id)).toBeGreaterThan(0);
  });

  it('shows nothing to anonymous users', async () => {
    expect(await countRows(createAnonClient(), table)).toBe('refused');
  });

  it('shows nothing to a user without a company', async () => {
    const stranger = await makePerson('stranger');
    expect(await countRows(stranger.client, table)).toBe(0);
  });

  it('shows an admin only the rows of their own company', async () => {
    expect(await countRows(mine.admin.client, table)).toBe(await countOwnRows(table, mine.id));
  });

  it(`shows staff ${readableBy[table] === 'admin only' ? 'nothing' : 'the rows of their own company'}`, async () => {
    const expected = readableBy[table] === 'admin only' ? 0 : await countOwnRows(table, mine.id);
    expect(await countRows(mine.staff.client, table)).toBe(expected);
  });

  it('does not let staff or another company change or delete a row', async () => {
    const before =
      await sql`select md5(string_agg(t::text, '' order by t::text)) as digest from public.${sql(table)} t`;
    const column = table === 'tenants' ? 'id' : 'tenant_id';
    const writable = await sql<{ name: string }[]>`
      select a.attname as name from pg_attribute a
      where a.attrelid = ${`public.${table}`}::regclass and a.attnum > 0
        and has_column_privilege('authenticated', a.attrelid, a.attnum, 'update')`;
    for (const client of [mine.staff.client, other.admin.client]) {
      const target = client.from(table as 'jobs');
      const changes = Object.fromEntries(writable.map(({ name }) => [name, null]));
      if (writable.length > 0) {
        // Null violates a constraint if the row is reached; row level security must hide the row first.
        const { error } = await target.update(changes as never).eq(column as 'tenant_id', mine.id);
        expect(error).toBeNull();
      }
      await client
        .from(table as 'jobs')
        .delete()
        .eq(column as 'tenant_id', mine.id);
    }
    const after =
      await sql`select md5(string_agg(t::text, '' order by t::text)) as digest from public.${sql(table)} t`;
    expect(after[0]!.digest).toBe(before[0]!.digest);
  });
});

describe('rows of another company [rule 32: row level security]', () => {
  const insertable = async (table: string): Promise<string[]> =>
    (
      await sql<{ name: string }[]>`
        select a.attname as name from pg_attribute a
        where a.attrelid = ${`public.${table}`}::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
          and has_column_privilege('authenticated', a.attrelid, a.attnum, 'insert')`
    ).map(({ name }) => name);

  it.each(tables)('cannot be added to %s, not even by an admin', async (table) => {
    const columns = await insertable(table);
    const [row] = await sql`
      select to_jsonb(t) as values from public.${sql(table)} t where ${sql(table === 'tenants' ? 'id' : 'tenant_id')} = ${mine.id} limit 1`;
    const values = row!.values as Record<string, unknown>;
    const given = columns.filter((name) => name !== 'id');
    // Where nothing can be inserted, any row is good enough to be rejected.
    if (given.length === 0) given.push(table === 'tenants' ? 'id' : 'tenant_id');
    const copy = Object.fromEntries(given.map((name) => [name, values[name]]));
    for (const client of [mine.staff.client, other.admin.client]) {
      const { error } = await client.from(table as 'jobs').insert(copy as never);
      expect(error?.code, error?.message).toBe('42501');
    }
  });

  it("cannot be referenced by one's own rows", async () => {
    const [theirs] = await sql`
      select p.id as plugin_id, j.id as job_id, t.id as tool_id from public.plugins p, public.jobs j, public.tools t
      where p.tenant_id = ${mine.id} and j.tenant_id = ${mine.id} and j.plugin_id is not null and t.tenant_id = ${mine.id}`;
    const admin = other.admin.client;
    const answers = [
      await admin.from('schedules').insert({
        tenant_id: other.id,
        job_id: theirs!.job_id as string,
        schedule_type: 'cron',
        cron_expression: '0 6 * * *',
      }),
      await admin
        .from('jobs')
        .update({ tool_id: theirs!.tool_id as string } as never)
        .eq('tenant_id', other.id),
      await admin
        .from('jobs')
        .update({ plugin_id: theirs!.plugin_id as string } as never)
        .eq('tenant_id', other.id),
      await admin.rpc('start_run', { p_tenant_id: other.id, p_job_id: theirs!.job_id as string } as never),
    ];
    for (const { error } of answers) expect(error).not.toBeNull();
  });
});

describe('[rule 34: keys and secrets]', () => {
  it.each(
    Object.entries(hiddenColumns).flatMap(([table, columns]) =>
      columns.map((column) => [table, column] as const),
    ),
  )('does not let even an admin read %s.%s', async (table, column) => {
    const { error } = await mine.admin.client.from(table as 'jobs').select(column);
    expect(error?.code).toBe('42501');
  });

  it('keeps hashes out of the audit log', async () => {
    const [row] = await sql`
      select count(*)::int as count from public.audit_log
      where coalesce(before::text, '') || coalesce(after::text, '') ~ '(key_hash|token_hash|signing_secret)'`;
    expect(row!.count).toBe(0);
  });

  it('never makes a revoked key valid again', async () => {
    const { id } = await makeApiKey(mine.id, ['report'], { revoked_at: new Date() });
    const { error } = await mine.admin.client.from('api_keys').update({ revoked_at: null }).eq('id', id);
    expect(error?.message).toContain('api_key_stays_revoked');
  });
});

describe('[rule 38: audit log]', () => {
  it('cannot be changed, even by the service role', async () => {
    const service = serviceClient();
    const changed = await service.from('audit_log').update({ action: 'nothing' }).eq('tenant_id', mine.id);
    const deleted = await service.from('audit_log').delete().eq('tenant_id', mine.id);
    expect(changed.error?.code).toBe('42501');
    expect(deleted.error?.code).toBe('42501');
  });

  it('covers every table that admins can write', async () => {
    const rows = await sql<{ name: string }[]>`
      select distinct c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and (has_any_column_privilege('authenticated', c.oid, 'insert') or has_any_column_privilege('authenticated', c.oid, 'update')
          or has_table_privilege('authenticated', c.oid, 'delete'))
        and not exists (select 1 from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'audit_' || c.relname)`;
    expect(rows.map((row) => row.name)).toEqual([]);
  });
});

describe('the last admin [rule 33: roles]', () => {
  it('does not prevent the deletion of the whole company', async () => {
    const leaving = await makeTenant();
    await sql`delete from public.tenants where id = ${leaving.id}`;
    expect(await countOwnRows('members', leaving.id)).toBe(0);
  });
});
