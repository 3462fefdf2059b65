import type { Sql, TransactionSql } from 'postgres';

/** Everything in a database: from an object's name (`column public.jobs.title`) to its definition. */
export type Catalog = ReadonlyMap<string, string>;

// Sorts and spells privileges in one way; a null list means the owner's defaults.
const rights = (list: string, kind: string, owner: string): string => `
  (select coalesce(string_agg(
      case when a.grantee = 0 then 'public' else a.grantee::regrole::text end || ' ' || a.privilege_type
        || case when a.is_grantable then ' with grant option' else '' end,
      ', ' order by a.grantee::regrole::text, a.privilege_type), 'nothing')
    from aclexplode(coalesce(${list}, acldefault('${kind}', ${owner}))) a)`;

// Everything in PostgreSQL's catalog about our schemas and about what we add to others.
const query = `
with
spaces as (
  select n.* from pg_namespace n where n.nspname in ('public', 'private', 'pgmq', 'pgmq_public', 'realtime', 'cron')
),
relations as (
  select c.*, s.nspname || '.' || c.relname as name
  from pg_class c
  join spaces s on s.oid = c.relnamespace
  where not exists (
    select from pg_depend d
    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e' and c.relname <> 'meta'
  )
),
found (name, definition) as (
  select 'schema ' || s.nspname,
    format('owner %s; rights %s', s.nspowner::regrole, ${rights('s.nspacl', 'n', 's.nspowner')})
  from spaces s
  union all
  select format('default rights on %s in %s of %s', d.defaclobjtype, coalesce(s.nspname, 'every schema'), d.defaclrole::regrole),
    ${rights('d.defaclacl', 'r', 'd.defaclrole')}
  from pg_default_acl d
  left join spaces s on s.oid = d.defaclnamespace
  union all
  select 'extension ' || e.extname, 'schema ' || e.extnamespace::regnamespace from pg_extension e
  union all
  select
    case r.relkind when 'v' then 'view ' when 'S' then 'sequence ' when 'c' then 'type ' else 'table ' end || r.name
      || coalesce((
        select ' of ' || o.name from pg_depend d join relations o on o.oid = d.refobjid
        where r.relkind = 'S' and d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype in ('a', 'i')
      ), ''),
    format('owner %s; rights %s; row level security %s%s; options %s; kept %s%s%s',
      r.relowner::regrole,
      case when r.relkind = 'S' then ${rights('r.relacl', 's', 'r.relowner')}
        when r.relkind = 'c' then ${rights('t.typacl', 'T', 'r.relowner')}
        else ${rights('r.relacl', 'r', 'r.relowner')} end,
      r.relrowsecurity, case when r.relforcerowsecurity then ' forced' end,
      coalesce(array_to_string(r.reloptions, ', '), 'none'), r.relpersistence,
      (select format('; %s from %s to %s step %s cache %s cycle %s', q.seqtypid::regtype, q.seqstart, q.seqmax, q.seqincrement,
        q.seqcache, q.seqcycle) from pg_sequence q where q.seqrelid = r.oid),
      case when r.relkind = 'v' then E'\\n' || pg_get_viewdef(r.oid) end)
  from relations r
  left join pg_type t on t.oid = r.reltype
  where r.relkind in ('r', 'p', 'v', 'm', 'S', 'c')
  union all
  select format('column %s.%I', r.name, a.attname),
    format('%s. %s%s%s%s%s; rights %s',
      row_number() over (partition by r.oid order by a.attnum),
      format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then ' not null' end,
      case when a.attidentity::text <> '' then ' identity ' || a.attidentity::text end,
      case when a.attgenerated <> '' then ' generated' end,
      ' default ' || pg_get_expr(d.adbin, d.adrelid),
      ${rights('a.attacl', 'c', 'r.relowner')})
  from relations r
  join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
  where r.relkind in ('r', 'p', 'v', 'm', 'c')
  union all
  select format('constraint %I of %s', k.conname, r.name),
    pg_get_constraintdef(k.oid) || case when k.convalidated then '' else ' (not validated)' end
  from pg_constraint k
  join relations r on r.oid = k.conrelid
  union all
  select format('index %s of %s', i.indexrelid::regclass, r.name), pg_get_indexdef(i.indexrelid)
  from pg_index i
  join relations r on r.oid = i.indrelid
  union all
  select format('trigger %I of %s', t.tgname, r.name), t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid)
  from pg_trigger t
  join relations r on r.oid = t.tgrelid
  where not t.tgisinternal
  union all
  select format('policy %s of %s', to_json(p.polname), r.name),
    format('%s %s to %s using %s with check %s', p.polcmd, case when p.polpermissive then 'permissive' else 'restrictive' end,
      (select string_agg(case when o = 0 then 'public' else o::regrole::text end, ', ' order by o::regrole::text) from unnest(p.polroles) o),
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
  from pg_policy p
  join relations r on r.oid = p.polrelid
  union all
  select format('function %s.%s(%s)', s.nspname, f.proname, pg_get_function_identity_arguments(f.oid)),
    format(E'owner %s; rights %s\\n%s', f.proowner::regrole, ${rights('f.proacl', 'f', 'f.proowner')}, pg_get_functiondef(f.oid))
  from pg_proc f
  join spaces s on s.oid = f.pronamespace
  where f.prokind in ('f', 'p')
  union all
  select format('type %s.%s', s.nspname, t.typname),
    format('%s; rights %s; %s', t.typtype, ${rights('t.typacl', 'T', 't.typowner')},
      (select string_agg(l.enumlabel, ', ' order by l.enumsortorder) from pg_enum l where l.enumtypid = t.oid))
  from pg_type t
  join spaces s on s.oid = t.typnamespace
  where t.typtype in ('e', 'd', 'r')
  union all
  select format('comment on %s %s', c.type, c.identity), d.description
  from pg_description d
  cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) c
  -- From here on numbers are not PostgreSQL's own.
  where d.objoid >= 16384
    and (c.schema in ('public', 'private', 'pgmq_public') or c.type = 'schema' or c.identity ~ '(on|of) (public|private)\\.')
  union all
  select format('table %s in publication %s', r.name, p.pubname), coalesce(pg_get_expr(t.prqual, t.prrelid), 'every row')
  from pg_publication_rel t
  join pg_publication p on p.oid = t.prpubid
  join relations r on r.oid = t.prrelid
)
select name, definition from found where name is not null order by name, definition`;

/** Reads everything of ours in a database except the rows. */
export async function readCatalog(sql: Sql | TransactionSql): Promise<Catalog> {
  const rows = await sql.unsafe<{ name: string; definition: string }[]>(query);
  return new Map(rows.map(({ name, definition }) => [name, definition]));
}
