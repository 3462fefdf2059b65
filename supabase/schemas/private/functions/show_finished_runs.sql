create function private.show_finished_runs(p_run_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  v_may_be_late boolean;
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

  -- There is rarely a late failure, old or new, and looking for one is expensive.
  select bool_or(x.may_be_late)
    into v_may_be_late
    from (
      select
        s.late_failure_run_id is not null
          or r.state = 'failed' and r.ordered_at < greatest(j.latest_ordered_at, max(r.ordered_at) over (partition by r.job_id))
          as may_be_late
      from public.runs r
      join public.jobs j on j.id = r.job_id
      left join public.job_status s on s.job_id = r.job_id
      where r.id = any (p_run_ids)
    ) x;

  -- A failure that arrives behind a newer success must not stay invisible: it is marked until a success of its host arrives
  -- that is not older. A success that had arrived before explains it only if both clocks were measured, because a clock that
  -- fell back makes a new failure look old.
  if v_may_be_late then
    with arrived as (
      select
        r.id, r.job_id, r.state, r.host, r.ordered_at, r.clock_ahead_ms, a.position,
        greatest(
          j.latest_ordered_at,
          max(r.ordered_at) over (
            partition by r.job_id order by a.position rows between unbounded preceding and 1 preceding
          )
        ) as newest_before
      from public.runs r
      join public.jobs j on j.id = r.job_id
      cross join lateral array_position(p_run_ids, r.id) a (position)
      where r.id = any (p_run_ids) and r.state in ('success', 'failed')
    ),
    late as (
      select l.*
      from arrived l
      where l.state = 'failed'
        and l.ordered_at < l.newest_before
        and coalesce(
          (
            select a.state from arrived a
            where a.job_id = l.job_id and a.position < l.position and a.ordered_at = l.newest_before
            order by a.position desc
            limit 1
          ),
          (select s.last_status from public.job_status s where s.job_id = l.job_id)
        ) = 'success'
        and not exists (
          select from arrived a
          where a.job_id = l.job_id and a.state = 'success' and a.host is not distinct from l.host
            and a.ordered_at >= l.ordered_at and a.position > l.position
        )
        -- Only the next 200 runs, because a host that no longer reports could have a long history behind it.
        and (l.clock_ahead_ms is null or not exists (
          select from (
            select r.state, r.host, r.clock_ahead_ms from public.runs r
            where r.job_id = l.job_id and r.ordered_at >= l.ordered_at
            order by r.ordered_at, r.id
            limit 200
          ) r
          where r.state = 'success' and r.host is not distinct from l.host and r.clock_ahead_ms is not null
        ))
    ),
    explained as (
      select distinct r.id
      from arrived a
      join public.runs r
        on r.job_id = a.job_id and r.is_reported_late and r.host is not distinct from a.host and r.ordered_at <= a.ordered_at
      where a.state = 'success'
    )
    update public.runs r
      set is_reported_late = marked.is_late
      from (select id, true as is_late from late union all select id, false from explained) marked
      where r.id = marked.id;
  end if;

  with newest as (
    select distinct on (r.job_id) r.*
    from public.runs r
    where r.id = any (p_run_ids) and r.state in ('success', 'failed')
    order by r.job_id, r.ordered_at desc, array_position(p_run_ids, r.id) desc
  ),
  advanced as (
    update public.jobs j
    set latest_run_id = n.id, latest_ordered_at = n.ordered_at
    from newest n
    where j.id = n.job_id and (j.latest_ordered_at is null or n.ordered_at >= j.latest_ordered_at)
    returning n.id as run_id, j.tenant_id, j.id, j.job_key, j.title, j.tool_id
  )
  insert into public.job_status as s
    (tenant_id, job_id, job_key, title, tool_id, last_status, last_finished_at, last_ordered_at, last_message,
      last_message_code, last_message_values)
  select
    a.tenant_id, a.id, a.job_key, a.title, a.tool_id,
    case n.state when 'success' then 'success' else 'error' end,
    n.finished_at, n.ordered_at, coalesce(n.message, n.error ->> 'message'),
    case when n.message is null then n.error ->> 'code' else n.message_code end,
    case when n.message is null then n.error -> 'values' else n.message_values end
  from advanced a
  join newest n on n.id = a.run_id
  on conflict (job_id) do update set
    title = excluded.title,
    tool_id = excluded.tool_id,
    last_status = excluded.last_status,
    last_finished_at = excluded.last_finished_at,
    last_ordered_at = excluded.last_ordered_at,
    last_message = excluded.last_message,
    last_message_code = excluded.last_message_code,
    last_message_values = excluded.last_message_values,
    updated_at = now();

  if v_may_be_late then
    perform private.show_late_failures(array(select distinct r.job_id from public.runs r where r.id = any (p_run_ids)));
  end if;
end;
$$;
comment on function private.show_finished_runs(uuid[]) is
  'Adds finished runs, in the order of their arrival, to the daily totals and to job_status: the newest of a job, and '
  'failures that arrived behind it.';

grant execute on function private.show_finished_runs(uuid[]) to service_role;
