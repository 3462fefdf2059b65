create function public.summarize_plugin_runs(
  p_tenant_id uuid, p_plugin_id uuid, p_job_name text default null, p_job_id uuid default null
)
returns table (
  success_count bigint,
  failed_count bigint,
  canceled_count bigint,
  running_count bigint,
  pending_count bigint,
  success_events_sum bigint,
  success_duration_count bigint,
  success_duration_ms_sum bigint
)
language sql
stable
security invoker
set search_path = ''
as $$
  with chosen as (
    select j.id from public.jobs j
    where j.tenant_id = p_tenant_id and j.plugin_id = p_plugin_id
      and (p_job_name is null or j.plugin_job_name = p_job_name or j.job_key = p_job_name)
      and (p_job_id is null or j.id = p_job_id)
  ),
  finished as (
    select t.success_count, t.failed_count, t.canceled_count, t.success_events_sum, t.success_duration_count,
      t.success_duration_ms_sum
    from public.run_totals_daily t
    where p_job_name is null and p_job_id is null and t.plugin_id = p_plugin_id and t.tenant_id = p_tenant_id
    union all
    select s.success_count, s.failed_count, s.canceled_count, s.success_events_sum, s.success_duration_count,
      s.success_duration_ms_sum
    from chosen c
    join public.run_stats_daily s on s.job_id = c.id
    where p_job_name is not null or p_job_id is not null
  )
  select d.success_count, d.failed_count, d.canceled_count, u.running, u.pending, d.success_events_sum,
    d.success_duration_count, d.success_duration_ms_sum
  from (
    select
      coalesce(sum(f.success_count), 0)::bigint as success_count,
      coalesce(sum(f.failed_count), 0)::bigint as failed_count,
      coalesce(sum(f.canceled_count), 0)::bigint as canceled_count,
      coalesce(sum(f.success_events_sum), 0)::bigint as success_events_sum,
      coalesce(sum(f.success_duration_count), 0)::bigint as success_duration_count,
      coalesce(sum(f.success_duration_ms_sum), 0)::bigint as success_duration_ms_sum
    from finished f
  ) d
  cross join (
    select count(*) filter (where o.state = 'running') as running, count(*) filter (where o.state = 'pending') as pending
    from chosen c
    cross join lateral (
      select r.state from public.runs r where r.job_id = c.id and r.state in ('pending', 'running') offset 0
    ) o
  ) u;
$$;
comment on function public.summarize_plugin_runs(uuid, uuid, text, uuid) is
  'Totals of all runs of a plugin, or of some of its jobs, from daily totals and the unfinished runs.';

grant execute on function public.summarize_plugin_runs(uuid, uuid, text, uuid) to authenticated, service_role;
