import { getAuthSchemaSql, SUPABASE_AUTH_HELPERS_SQL } from '@supabase/lite';
import postgres from 'postgres';
import { superuser } from '#server/embedded/postgres.ts';

// Increase it with every change below, so that folders from an older version get the change.
const version = 1;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Settings of a database that a copy of it does not inherit. */
export const databaseSettings = (name: string): string =>
  `alter database ${name} set search_path = "$user", public, extensions;`;

const roles = `
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('postgres', 'login createdb createrole replication bypassrls'),
      ('anon', 'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role', 'nologin noinherit bypassrls'),
      ('supabase_auth_admin', 'nologin noinherit'),
      ('authenticator', 'login inherit')
    ) as role (name, attributes)
  loop
    if not exists (select from pg_roles where rolname = wanted.name) then
      execute format('create role %I %s', wanted.name, wanted.attributes);
    end if;
  end loop;
end;
$$;
grant anon, authenticated, service_role, supabase_auth_admin to authenticator;
grant anon, authenticated, service_role to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;
alter database postgres owner to postgres;
${databaseSettings('postgres')}
grant usage on schema public to anon, authenticated, service_role;
`;

// The owner and privileges of hosted projects, so that a migration that needs more fails here too.
const extensions = `
create schema if not exists extensions authorization postgres;
grant usage on schema extensions to anon, authenticated, service_role;
create extension if not exists pgcrypto schema extensions;
create extension if not exists pg_stat_statements schema extensions;
create extension if not exists pgmq;
do $$
declare
  member record;
begin
  update pg_extension set extowner = 'postgres'::regrole where extname in ('pgcrypto', 'pgmq');
  alter schema pgmq owner to postgres;
  for member in
    select d.classid, d.objid from pg_depend d join pg_extension e on e.oid = d.refobjid
    where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e' and e.extname = 'pgmq'
  loop
    if member.classid = 'pg_proc'::regclass then
      execute format('alter routine %s owner to postgres', member.objid::regprocedure);
    elsif member.classid = 'pg_class'::regclass then
      execute format('alter table %s owner to postgres', member.objid::regclass);
    end if;
  end loop;
end;
$$;
do $$
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
    alter publication supabase_realtime owner to postgres;
  end if;
end;
$$;
`;

const auth = `
create schema if not exists auth authorization supabase_auth_admin;
set local role supabase_auth_admin;
${`${getAuthSchemaSql()}${SUPABASE_AUTH_HELPERS_SQL}`.replaceAll(/create schema if not exists auth;/gi, '')}
create or replace function auth.email() returns text language sql stable as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email';
$$;
grant usage on schema auth to anon, authenticated, service_role, postgres;
grant all on all tables in schema auth to postgres;
grant execute on all functions in schema auth to public;
reset role;
`;

/** The address of the embedded database. */
export interface DatabaseAddress {
  readonly port: number;
  readonly password: string;
}

/** Returns the connection string of one role: `postgres` owns our tables, `authenticator` serves the Data API. */
export function databaseUrl(
  address: DatabaseAddress,
  role: 'postgres' | 'authenticator' | typeof superuser,
  database = 'postgres',
): string {
  return `postgres://${role}:${encodeURIComponent(address.password)}@127.0.0.1:${address.port}/${database}`;
}

/** Creates what a hosted project has before its first migration: roles, auth, extensions and their owners. */
export async function prepareSurroundings(address: DatabaseAddress): Promise<void> {
  const sql = postgres(databaseUrl(address, superuser), { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    const [found] = await sql`select to_regclass('tc_portal_embedded.surroundings') is not null as made`;
    if (found?.made) {
      const [row] = await sql`select version from tc_portal_embedded.surroundings`;
      if (row?.version === version) return;
    }
    await sql.begin(async (transaction) => {
      await transaction.unsafe(roles);
      for (const role of ['postgres', 'authenticator']) {
        await transaction.unsafe(`alter role ${role} password ${literal(address.password)}`);
      }
      await transaction.unsafe(extensions);
      await transaction.unsafe(auth);
      await transaction.unsafe(`
        create schema if not exists tc_portal_embedded;
        create table if not exists tc_portal_embedded.surroundings (version integer primary key);
        delete from tc_portal_embedded.surroundings;
        insert into tc_portal_embedded.surroundings values (${version});
      `);
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
