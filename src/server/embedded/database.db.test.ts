import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '#server/settings.ts';
import { applyMigrations } from '#server/embedded/migrations.ts';
import { findRunningPostgres, stopOrphanedPostgres } from '#server/embedded/postgres.ts';
import { StartProblem } from '#server/start-problem.ts';
import { startTestSupabase } from '#testing/database/start-supabase.ts';
import { until } from '#testing/until.ts';

const firstMigration = `
-- A semicolon; in a comment
create table public.notes (id bigint generated always as identity primary key, body text not null default ';', extra jsonb);
grant select, insert on public.notes to service_role;
alter table public.notes enable row level security;
create function public.kind_of(p_value jsonb) returns text language sql as $$ select jsonb_typeof(p_value); $$;
create function public.refuse() returns void language plpgsql as $body$
begin
  raise exception 'not; today' using hint = 'try tomorrow';
end;
$body$;
create function public.who_am_i() returns jsonb language sql stable as $$
  select jsonb_build_object('user', current_user, 'role', auth.role(), 'uid', auth.uid(), 'jwt', auth.jwt() ->> 'role');
$$;
create function public.sleep_for(p_seconds integer) returns void language sql as $$ select pg_sleep(p_seconds); $$;
`;

describe('the embedded database', () => {
  const migrations = fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal migrations '));
  const folder = path.join(migrations, 'supabase', 'migrations');
  let started: Awaited<ReturnType<typeof startTestSupabase>>;
  let service: SupabaseClient;

  const apply = (): Promise<string[]> =>
    applyMigrations(started.supabase.ownerUrl, folder, started.supabase.folder);

  beforeAll(async () => {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(migrations, 'supabase', 'config.toml'), 'project_id = "test"\n');
    fs.writeFileSync(path.join(folder, '20260101000000_first.sql'), firstMigration);
    started = await startTestSupabase(folder);
    const { url, secretKey } = started.supabase;
    service = createClient(url, secretKey, { auth: { persistSession: false } });
  });

  afterAll(async () => {
    await started.stop();
    fs.rmSync(migrations, { recursive: true, force: true });
  });

  test.each([
    [{ a: 1 }, 'object'],
    [[1, 2], 'array'],
    ['text', 'string'],
    [7, 'number'],
  ])('hands %j to a function as jsonb %s', async (value, kind) => {
    const { data, error } = await service.rpc('kind_of', { p_value: value });
    expect(error).toBeNull();
    expect(data).toBe(kind);
  });

  test('stores jsonb without encoding it twice', async () => {
    const { data } = await service
      .from('notes')
      .insert({ extra: { a: [1, 'x'] } })
      .select('extra')
      .single();
    expect(data).toEqual({ extra: { a: [1, 'x'] } });
  });

  test('runs a function with the role of the caller', async () => {
    const { data } = await service.rpc('who_am_i');
    expect(data).toEqual({ user: 'service_role', role: 'service_role', uid: null, jwt: 'service_role' });
  });

  test('returns the message and hint that a function raised', async () => {
    const { error, status } = await service.rpc('refuse');
    expect(status).toBe(400);
    expect(error).toMatchObject({ code: 'P0001', message: 'not; today', hint: 'try tomorrow' });
  });

  test('leaves nothing to do for the Supabase CLI, and accepts what the CLI applied', async () => {
    const cli = (...args: string[]): string => {
      const program = path.join(projectFolder, 'node_modules', '.bin', 'supabase');
      const all = ['db', 'push', `--remote=${started.supabase.ownerUrl}`, ...args];
      const answer = spawnSync(program, all, {
        cwd: migrations,
        encoding: 'utf8',
        shell: process.platform === 'win32',
      });
      return `${answer.stdout}${answer.stderr}`;
    };
    expect(cli('--dry-run')).toContain('Remote database is up to date');
    fs.writeFileSync(path.join(folder, '20260101000001_second.sql'), 'create table public.by_cli ();');
    expect(cli('--yes')).toContain('20260101000001_second.sql');
    expect(await apply()).toEqual([]);
  });

  test.each([
    ['insert into public.nowhere values (1);', / failed at line 4 .*"public\.nowhere" does not exist/],
    ['create tabel public.other ();', / failed at line 4 .*syntax error/],
    // PostgreSQL names no line for errors that occur during execution.
    ['select 1 / 0;', / failed .*division by zero/],
  ])('keeps nothing of a migration that fails with %s, and says where', async (statement, problem) => {
    const file = path.join(folder, '20260101000002_broken.sql');
    fs.writeFileSync(file, `create table public.half ();\n\n-- 失敗 💥💥💥\n${statement}\n`);
    await expect(apply()).rejects.toThrow(problem);
    fs.rmSync(file);
    const sql = postgres(started.supabase.ownerUrl, { max: 1 });
    const [row] = await sql`select to_regclass('public.half') as half`;
    await sql.end();
    expect(row?.half).toBeNull();
  });

  test('applies migrations once when two starts apply them at the same time', async () => {
    fs.writeFileSync(path.join(folder, '20260101000003_third.sql'), 'create table public.once ();');
    const both = await Promise.all([1, 2].map(apply));
    expect(both.flat()).toEqual(['20260101000003']);
  });

  test.each([
    ['20251231000000', /created before version 0\.1\.0[^]*0\.1\.0 より前/],
    ['20270101000000', /newer version of the portal[^]*より新しいバージョン/],
  ])('refuses a database that has had a migration %s, which we do not have', async (version, problem) => {
    const sql = postgres(started.supabase.ownerUrl, { max: 1 });
    await sql`insert into supabase_migrations.schema_migrations (version) values (${version})`;
    const refusal = await apply().catch((error: unknown) => error);
    await sql`delete from supabase_migrations.schema_migrations where version = ${version}`;
    await sql.end();
    expect(refusal).toBeInstanceOf(StartProblem);
    expect(String(refusal)).toMatch(problem);
  });

  test('prevents a migration from doing what a hosted project forbids', async () => {
    const sql = postgres(started.supabase.ownerUrl, { max: 1 });
    await expect(sql`copy (select 1) to program 'true'`).rejects.toThrow(/permission denied/);
    const [row] = await sql`select rolsuper, rolbypassrls from pg_roles where rolname = current_user`;
    await sql.end();
    expect(row).toEqual({ rolsuper: false, rolbypassrls: true });
  });

  test('provides the queue extension with the owner it has on hosted projects', async () => {
    const sql = postgres(started.supabase.ownerUrl, { max: 1, onnotice: () => {} });
    await sql`create extension if not exists pgmq`;
    await sql`revoke execute on all functions in schema pgmq from public`;
    await sql`select pgmq.create('try')`;
    await sql`select pgmq.send('try', '{"a":1}'::jsonb)`;
    const [message] = await sql`select message from pgmq.read('try', 30, 1)`;
    await sql.end();
    expect(message?.message).toEqual({ a: 1 });
  });

  test('a killed start stops its own database, but not the one of the next start', async () => {
    const data = path.join(started.supabase.folder, 'database');
    const pid = findRunningPostgres(data);
    await stopOrphanedPostgres(data, pid! + 1);
    expect(findRunningPostgres(data)).toBe(pid);
    await stopOrphanedPostgres(data, pid);
    expect(findRunningPostgres(data)).not.toBe(pid);
    // Here the start that owns it still runs and restarts it.
    await until(async () => (await service.from('notes').select('id')).status === 200);
  });

  test('recovers by itself after the database was killed', async () => {
    const { pid } = started.database;
    expect(pid).toBeGreaterThan(1);
    const answers: string[] = [];
    process.kill(pid!, 'SIGQUIT');
    await expect
      .poll(
        async () => {
          const { status, error } = await service.from('notes').select('id');
          answers.push(`${status} ${error?.code ?? ''}`.trim());
          return status === 200 && started.database.pid !== undefined && started.database.pid !== pid;
        },
        { timeout: 60_000, interval: 20 },
      )
      .toBe(true);
    expect(answers.filter((answer) => !['200', '503 PGRST001'].includes(answer))).toEqual([]);
  });

  test('responds 503 without waiting while the database is unavailable, and keeps users signed in', async () => {
    const { url, publishableKey } = started.supabase;
    const client = createClient(url, publishableKey, { auth: { persistSession: false } });
    await client.auth.signUp({ email: 'a@example.com', password: 'a-long-password' });
    await started.database.stop();
    const { status, error } = await service.from('notes').select('id');
    expect(status).toBe(503);
    expect(error?.code).toBe('PGRST001');
    const refreshed = await client.auth.getUser();
    expect(refreshed.error?.name).toBe('AuthRetryableFetchError');
    expect((await client.auth.getSession()).data.session).not.toBeNull();
  });
});
