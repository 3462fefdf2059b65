import { expect, it } from 'vitest';
import {
  clockAheadMinutesMax,
  invitationDays,
  leaseSeconds,
  limits,
  misfireLimitDefault,
  queuedRunsPerJob,
} from '#domain/limits.ts';
import { sql } from '#testing/database/clients.ts';

interface Bounds {
  min?: number;
  max?: number;
}

const toSnakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Returns the limits in src/domain/limits.ts by column. */
function statedBounds(): Record<string, Bounds> {
  const stated: [string, Bounds][] = Object.entries(limits).flatMap(([table, columns]) =>
    Object.entries(columns).map(([column, bounds]): [string, Bounds] => [
      `${toSnakeCase(table)}.${toSnakeCase(column)}`,
      bounds,
    ]),
  );
  return Object.fromEntries([...stated, ['invitations.expires_at', { max: invitationDays }]]);
}

const comparison = /(?:(?:length|cardinality)\()?(\w+)\)? (>=|<=) (\d+)/g;
// A word that starts with one letter, and the maximum number of characters after it.
const word = /(\w+) ~ '\^\[[^\]]*\]\[[^\]]*\]\{0,(\d+)\}\$'/g;
const daysAfter = /(\w+) <= \(\w+ \+ '(\d+) days'::interval\)/g;

/** Returns the limits in a check by column, and the rest of the check. */
function readCheck(definition: string): { found: [column: string, Bounds][]; rest: string } {
  const found: [string, Bounds][] = [];
  const rest = definition
    .replaceAll(daysAfter, (_, column: string, days: string) => {
      found.push([column, { max: Number(days) }]);
      return '';
    })
    .replaceAll(word, (_, column: string, following: string) => {
      found.push([column, { max: Number(following) + 1 }]);
      return '';
    })
    .replaceAll(/'[^']*'/g, '')
    .replaceAll(comparison, (_, column: string, sign: string, bound: string) => {
      found.push([column, sign === '>=' ? { min: Number(bound) } : { max: Number(bound) }]);
      return '';
    });
  return { found, rest };
}

it('the checks of the database and the limits in src/domain/limits.ts are the same', async () => {
  const checks = await sql<{ table: string; name: string; definition: string }[]>`
    select c.relname as table, k.conname as name, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    where k.contype = 'c' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)`;
  const held: Record<string, Bounds> = {};
  const notUnderstood: string[] = [];
  for (const { table, name, definition } of checks) {
    const { found, rest } = readCheck(definition);
    if (/\d/.test(rest)) notUnderstood.push(`${name}: ${rest}`);
    for (const [column, bounds] of found) {
      const key = `${table}.${column}`;
      held[key] = { ...held[key], ...bounds };
    }
  }
  expect(notUnderstood).toEqual([]);
  expect(held).toEqual(statedBounds());
});

it('no column has a length that is not in limits.ts', async () => {
  const columns = await sql`
    select table_name, column_name from information_schema.columns
    where table_schema in ('public', 'private') and character_maximum_length is not null`;
  expect(columns).toEqual([]);
});

it('other numbers in the database match limits.ts too', async () => {
  const defaults = await sql<{ place: string; text: string }[]>`
    select c.relname || '.' || a.attname as place, pg_get_expr(d.adbin, d.adrelid) as text
    from pg_attrdef d
    join pg_class c on c.oid = d.adrelid
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    where (c.relname, a.attname) in (('invitations', 'expires_at'), ('schedules', 'misfire_limit'))
    union all
    select p.proname, substring(pg_get_function_arguments(p.oid) from 'p_lease_seconds integer DEFAULT ([0-9]+)')
    from pg_proc p
    where 'p_lease_seconds' = any (p.proargnames)
    union all
    select p.proname, substring(pg_get_function_arguments(p.oid) from 'p_window integer DEFAULT ([0-9]+)')
    from pg_proc p
    where p.proname = 'admit_runs'
    union all
    select distinct p.proname, (regexp_matches(p.prosrc, 'interval ''([0-9]+ minutes)''', 'g'))[1]
    from pg_proc p
    where p.proname = 'record_reports'
    order by 1`;
  expect(defaults.map(({ place, text }) => [place, text])).toEqual([
    ['admit_runs', String(queuedRunsPerJob)],
    ['claim_runs', String(leaseSeconds)],
    ['extend_leases', String(leaseSeconds)],
    ['invitations.expires_at', `(now() + '${invitationDays} days'::interval)`],
    ['note_plugin_progress', String(leaseSeconds)],
    ['record_reports', `${clockAheadMinutesMax} minutes`],
    ['schedules.misfire_limit', String(misfireLimitDefault)],
  ]);
});
