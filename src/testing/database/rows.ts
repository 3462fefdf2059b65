import type { Sql } from 'postgres';

/** A table whose rows are part of a filled database. */
interface FilledTable {
  readonly name: string;
  readonly columns: string[];
  /** The columns of the primary key. */
  readonly key: string[];
  readonly has_triggers: boolean;
  /** The table's sequence, and the column that it numbers. */
  readonly numbered: string | null;
  readonly references: string[];
}

// Users are in auth, which belongs to Supabase; only what a sign-in needs is copied from there.
const tablesQuery = `
with filled as (
  select c.oid, n.nspname || '.' || c.relname as name
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r'
    and (n.nspname in ('public', 'private')
      or n.nspname = 'pgmq' and c.relname ~ '^[qa]_'
      or n.nspname = 'auth' and c.relname in ('users', 'identities'))
)
select
  f.name,
  array(
    select a.attname::text from pg_attribute a
    where a.attrelid = f.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    order by a.attnum
  ) as columns,
  array(
    select a.attname::text from pg_index i
    join pg_attribute a on a.attrelid = f.oid and a.attnum = any (i.indkey)
    where i.indrelid = f.oid and i.indisprimary
    order by a.attnum
  ) as key,
  exists (select from pg_trigger t where t.tgrelid = f.oid and not t.tgisinternal) as has_triggers,
  (
    select a.attname::text from pg_attribute a
    where a.attrelid = f.oid and not a.attisdropped and pg_get_serial_sequence(f.name, a.attname) is not null
  ) as numbered,
  array(
    select r.name from pg_constraint k join filled r on r.oid = k.confrelid
    where k.conrelid = f.oid and k.contype = 'f' and k.confrelid <> f.oid
  ) as references
from filled f
order by f.name`;

/** Returns the tables in an order in which their rows can be inserted. */
export async function listFilledTables(sql: Sql): Promise<FilledTable[]> {
  const left = [...(await sql.unsafe<FilledTable[]>(tablesQuery))];
  const ordered: FilledTable[] = [];
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name));
    const ready = left.findIndex(({ references }) => !references.some((name) => waiting.has(name)));
    if (ready === -1) throw new Error(`Tables refer to each other: ${[...waiting].join(', ')}`);
    ordered.push(...left.splice(ready, 1));
  }
  return ordered;
}

const tag = '$rows$';

/** Returns all rows as insert statements, one per line. */
export async function dumpRows(sql: Sql): Promise<string> {
  const statements: string[] = [];
  for (const { name, columns, has_triggers, numbered } of await listFilledTables(sql)) {
    const list = columns.map((column) => `"${column}"`).join(', ');
    const rows = await sql.unsafe<{ row: string }[]>(`
      select (
        select jsonb_object_agg(v.key, v.value)::text
        from jsonb_each(to_jsonb(t)) v
        where v.value <> 'null' and v.key = any (array['${columns.join("', '")}'])
      ) as row
      from ${name} t order by t.ctid`);
    if (rows.some(({ row }) => row.includes(tag))) throw new Error(`A row of ${name} holds ${tag}`);
    if (rows.length === 0) continue;
    statements.push(
      ...(has_triggers ? [`alter table ${name} disable trigger user;`] : []),
      `insert into ${name} (${list})`,
      `overriding system value select ${list} from jsonb_populate_recordset(null::${name}, ${tag}[`,
      `${rows.map(({ row }) => row).join(',\n')}`,
      `]${tag});`,
      ...(numbered
        ? [
            `select setval(pg_get_serial_sequence('${name}', '${numbered}'), (select max(${numbered}) from ${name}));`,
          ]
        : []),
      ...(has_triggers ? [`alter table ${name} enable trigger user;`] : []),
      '',
    );
  }
  return statements.join('\n');
}
