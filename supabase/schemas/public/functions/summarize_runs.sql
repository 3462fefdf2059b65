create function public.summarize_runs(
  p_tenant_id uuid, p_since date, p_job_id uuid default null, p_plugin_id uuid default null
)
returns table (
  success_count bigint,
  failed_count bigint,
  canceled_count bigint,
  running_count bigint,
  pending_count bigint,
  own_success_count bigint,
  success_events_sum bigint,
  success_duration_count bigint,
  success_duration_ms_sum bigint
)
language sql
stable
security invoker
set search_path = ''
as $$
  -- Only one part of each union applies; conditions on parameters alone keep the others from being read.
  with chosen as (
    select j.id, j.plugin_id
    from public.jobs j
    where p_job_id is not null and j.id = p_job_id and j.tenant_id = p_tenant_id
      and (p_plugin_id is null or j.plugin_id = p_plugin_id)
    union all
    select j.id, j.plugin_id
    from public.jobs j
    where p_job_id is null and p_plugin_id is not null and j.tenant_id = p_tenant_id and j.plugin_id = p_plugin_id
  ),
  finished as (
    select t.plugin_id, t.success_count, t.failed_count, t.canceled_count, t.success_events_sum, t.success_duration_count,
      t.success_duration_ms_sum
    from public.run_totals_daily t
    where p_job_id is null and p_plugin_id is null and t.tenant_id = p_tenant_id and t.day >= p_since
    union all
    select t.plugin_id, t.success_count, t.failed_count, t.canceled_count, t.success_events_sum, t.success_duration_count,
      t.success_duration_ms_sum
    from public.run_totals_daily t
    where p_job_id is null and p_plugin_id is not null
      and t.plugin_id = p_plugin_id and t.tenant_id = p_tenant_id and t.day >= p_since
    union all
    select c.plugin_id, o.success_count, o.failed_count, o.canceled_count, o.success_events_sum, o.success_duration_count,
      o.success_duration_ms_sum
    from chosen c
    -- Use the job's own rows: a join might read those of the whole company.
    cross join lateral (
      select * from public.run_stats_daily s where s.job_id = c.id and s.day >= p_since offset 0
    ) o
    where p_job_id is not null
  ),
  unfinished as (
    select r.state
    from public.runs r
    where p_job_id is null and p_plugin_id is null and r.tenant_id = p_tenant_id and r.state in ('pending', 'running')
    union all
    select o.state
    from chosen c
    -- Job by job, even if the company seems to have few runs in progress: there may be many next time.
    cross join lateral (
      select r.state from public.runs r where r.job_id = c.id and r.state in ('pending', 'running') offset 0
    ) o
  )
  select d.success_count, d.failed_count, d.canceled_count, u.running, u.pending, d.own_success_count, d.success_events_sum,
    d.success_duration_count, d.success_duration_ms_sum
  from (
    select
      coalesce(sum(f.success_count), 0)::bigint as success_count,
      coalesce(sum(f.failed_count), 0)::bigint as failed_count,
      coalesce(sum(f.canceled_count), 0)::bigint as canceled_count,
      coalesce(sum(f.success_count) filter (where f.plugin_id is not null), 0)::bigint as own_success_count,
      coalesce(sum(f.success_events_sum), 0)::bigint as success_events_sum,
      coalesce(sum(f.success_duration_count), 0)::bigint as success_duration_count,
      coalesce(sum(f.success_duration_ms_sum), 0)::bigint as success_duration_ms_sum
    from finished f
  ) d
  cross join (
    select count(*) filter (where n.state = 'running') as running, count(*) filter (where n.state = 'pending') as pending
    from unfinished n
  ) u;
$$;
comment on function public.summarize_runs(uuid, date, uuid, uuid) is
  'Totals of the runs of a tenant, job or plugin since a day, from daily totals and the unfinished runs. own_success_count: '
  'only the portal''s own runs, because only they count events.';

grant execute on function public.summarize_runs(uuid, date, uuid, uuid) to authenticated, service_role;
