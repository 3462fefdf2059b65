create function private.show_finished_runs(p_run_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
  -- In a fixed order, so that two batches with the same jobs cannot deadlock.
  perform 1 from public.jobs j
    where j.id in (select r.job_id from public.runs r where r.id = any (p_run_ids))
    order by j.id
    for no key update;

  insert into public.run_stats_daily as s
    (job_id, day, tenant_id, success_count, failed_count, canceled_count, duration_count, duration_ms_sum, duration_ms_max,
      success_events_sum, success_duration_count, success_duration_ms_sum, started_success_count, started_failed_count,
      started_canceled_count)
  select
    r.job_id,
    d.day,
    r.tenant_id,
    count(*) filter (where d.is_finish and r.state = 'success'),
    count(*) filter (where d.is_finish and r.state = 'failed'),
    count(*) filter (where d.is_finish and r.state = 'canceled'),
    count(r.duration_ms) filter (where d.is_finish and r.state <> 'canceled'),
    coalesce(sum(r.duration_ms) filter (where d.is_finish and r.state <> 'canceled'), 0),
    coalesce(max(r.duration_ms) filter (where d.is_finish and r.state <> 'canceled'), 0),
    coalesce(sum(r.events_processed) filter (where d.is_finish and r.state = 'success'), 0),
    count(r.duration_ms) filter (where d.is_finish and r.state = 'success'),
    coalesce(sum(r.duration_ms) filter (where d.is_finish and r.state = 'success'), 0),
    count(*) filter (where d.is_start and r.state = 'success'),
    count(*) filter (where d.is_start and r.state = 'failed'),
    count(*) filter (where d.is_start and r.state = 'canceled')
  from public.runs r
  join public.tenants t on t.id = r.tenant_id
  cross join lateral (
    select
      (r.ordered_at at time zone t.time_zone)::date as finish_day,
      case when r.trigger <> 'report' then (r.started_or_queued_at at time zone t.time_zone)::date end as start_day
  ) x
  cross join lateral (
    select x.finish_day as day, true as is_finish, x.start_day is not distinct from x.finish_day as is_start
    union all
    select x.start_day, false, true where x.start_day <> x.finish_day
  ) d
  where r.id = any (p_run_ids)
  group by 1, 2, 3
  order by 1, 2
  on conflict (job_id, day) do update set
    success_count = s.success_count + excluded.success_count,
    failed_count = s.failed_count + excluded.failed_count,
    canceled_count = s.canceled_count + excluded.canceled_count,
    duration_count = s.duration_count + excluded.duration_count,
    duration_ms_sum = s.duration_ms_sum + excluded.duration_ms_sum,
    duration_ms_max = greatest(s.duration_ms_max, excluded.duration_ms_max),
    success_events_sum = s.success_events_sum + excluded.success_events_sum,
    success_duration_count = s.success_duration_count + excluded.success_duration_count,
    success_duration_ms_sum = s.success_duration_ms_sum + excluded.success_duration_ms_sum,
    started_success_count = s.started_success_count + excluded.started_success_count,
    started_failed_count = s.started_failed_count + excluded.started_failed_count,
    started_canceled_count = s.started_canceled_count + excluded.started_canceled_count;

  with newest as (
    select distinct on (r.job_id) r.*
    from public.runs r
    where r.id = any (p_run_ids) and r.state in ('success', 'failed')
    order by r.job_id, r.ordered_at desc, r.id desc
  ),
  advanced as (
    update public.jobs j
    set latest_run_id = n.id, latest_ordered_at = n.ordered_at
    from newest n
    where j.id = n.job_id and (j.latest_ordered_at is null or n.ordered_at >= j.latest_ordered_at)
    returning n.id as run_id, j.tenant_id, j.id, j.job_key, j.title, j.tool_id
  )
  insert into public.job_status as s
    (tenant_id, job_id, job_key, title, tool_id, last_status, last_finished_at, last_message, last_message_code,
      last_message_values)
  select
    a.tenant_id, a.id, a.job_key, a.title, a.tool_id,
    case n.state when 'success' then 'success' else 'error' end,
    n.finished_at, coalesce(n.message, n.error ->> 'message'),
    case when n.message is null then n.error ->> 'code' else n.message_code end,
    case when n.message is null then n.error -> 'values' else n.message_values end
  from advanced a
  join newest n on n.id = a.run_id
  on conflict (job_id) do update set
    title = excluded.title,
    tool_id = excluded.tool_id,
    last_status = excluded.last_status,
    last_finished_at = excluded.last_finished_at,
    last_message = excluded.last_message,
    last_message_code = excluded.last_message_code,
    last_message_values = excluded.last_message_values,
    updated_at = now();
end;
$$;
comment on function private.show_finished_runs(uuid[]) is
  'Adds finished runs to the daily totals and, if they are the newest of their job, to job_status.';

grant execute on function private.show_finished_runs(uuid[]) to service_role;
