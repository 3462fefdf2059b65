-- Called every second for every open page, so it caches its plans (plpgsql) and checks membership once instead of with
-- policies on each table.
create function private.current_member()
returns table (
  user_id uuid,
  role text,
  email text,
  display_name text,
  tenant_id uuid,
  tenant_name text,
  time_zone text,
  failing_count integer,
  job_count integer,
  badge_version text
)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  my_tenant_id uuid;
begin
  select m.tenant_id into my_tenant_id
  from public.members m
  where m.user_id = (select auth.uid()) and m.tenant_id in (select private.my_tenant_ids())
  order by m.created_at, m.tenant_id
  limit 1;

  return query
  select
    m.user_id, m.role, m.email, m.display_name, t.id, t.name, t.time_zone,
    counted.failing::integer,
    counted.jobs::integer,
    md5(concat_ws(
      ' ', counted.failing, counted.jobs, changed.updated_at, newest.ordered_at, newest.id, tools.count, tools.updated_at
    ))
  from
    public.members m
    join public.tenants t on t.id = m.tenant_id
    cross join (
      select
        (
          select count(*) from public.job_status s
          where s.tenant_id = my_tenant_id and s.shown_state in ('error', 'late')
        ) as failing,
        (select count(*) from public.job_status s where s.tenant_id = my_tenant_id) as jobs
    ) counted
    left join lateral (
      select s.updated_at from public.job_status s where s.tenant_id = my_tenant_id order by s.updated_at desc limit 1
    ) changed on true
    -- A run that only started changes no status, but the job's page shows it.
    left join lateral (
      select r.ordered_at, r.id from public.runs r
      where r.tenant_id = my_tenant_id
      order by r.ordered_at desc, r.id desc
      limit 1
    ) newest on true
    cross join lateral (
      select count(*) as count, max(l.updated_at) as updated_at from public.tools l where l.tenant_id = my_tenant_id
    ) tools
  where m.tenant_id = my_tenant_id and m.user_id = (select auth.uid());
end;
$$;
comment on function private.current_member() is
  'Implements public.current_member. Definer, because policies on every counted table would cost more than counting.';

grant execute on function private.current_member() to authenticated;
