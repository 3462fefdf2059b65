-- What the sidebar badge and the live pages poll: how many jobs fail, of how many, and whether anything changed.
-- Each part is read from an index, because every open tab asks again and again.

create index job_status_newest_change on public.job_status (tenant_id, updated_at desc);

create function public.incident_badge(p_tenant_id uuid)
returns table (failing_count integer, job_count integer, version text)
language sql
stable
security invoker
set search_path = ''
as $$
  select
    counted.failing::integer,
    counted.jobs::integer,
    md5(concat_ws(
      ' ', counted.failing, counted.jobs, changed.updated_at, newest.ordered_at, newest.id, tools.count, tools.updated_at
    ))
  from
    (
      select
        (select count(*) from public.job_status s where s.tenant_id = p_tenant_id and s.last_status = 'error') as failing,
        (select count(*) from public.job_status s where s.tenant_id = p_tenant_id) as jobs
    ) counted
    left join lateral (
      select s.updated_at from public.job_status s where s.tenant_id = p_tenant_id order by s.updated_at desc limit 1
    ) changed on true
    -- A run that has only started changes no status, but the job's page shows it.
    left join lateral (
      select r.ordered_at, r.id from public.runs r
      where r.tenant_id = p_tenant_id
      order by r.ordered_at desc, r.id desc
      limit 1
    ) newest on true
    left join lateral (
      select count(*) as count, max(t.updated_at) as updated_at from public.tools t where t.tenant_id = p_tenant_id
    ) tools on true;
$$;
comment on function public.incident_badge(uuid) is
  'Failing jobs, jobs that have finished at least once, and a version that changes when a live page would show something else.';
grant execute on function public.incident_badge(uuid) to authenticated;
