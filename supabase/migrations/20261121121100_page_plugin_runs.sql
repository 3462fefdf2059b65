-- Pages of a plugin's runs by offset, as its API has them, that cost the same near the end of a long history as at its
-- beginning; and lists of the portal's own jobs and runs.

create index runs_of_portal_newest_first on public.runs (tenant_id, ordered_at desc, id desc) where trigger <> 'report';
create index runs_of_person_newest_first on public.runs (requested_by, ordered_at desc, id desc) where requested_by is not null;
create index plugin_jobs_by_title on public.jobs (tenant_id, title, id) where kind = 'plugin';

create function public.page_plugin_runs(
  p_tenant_id uuid,
  p_plugin_id uuid,
  p_job_name text default null,
  p_state text default null,
  p_is_newest_first boolean default true,
  p_limit integer default 20,
  p_offset bigint default 0
)
returns table (total bigint, place bigint, run_id uuid)
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_job_ids uuid[];
  v_zone text;
  v_total bigint;
  v_from date;
  v_until date;
  v_before bigint;
  v_sql text;
begin
  select array_agg(j.id) into v_job_ids
    from public.jobs j
    where j.tenant_id = p_tenant_id and j.plugin_id = p_plugin_id
      and (p_job_name is null or j.plugin_job_name = p_job_name);
  select t.time_zone into v_zone from public.tenants t where t.id = p_tenant_id;

  -- Days are counted from totals, not from runs, so only the days that hold the page are read.
  with counted as (
    select s.day, sum(
        case p_state
          when 'success' then s.success_count
          when 'failed' then s.failed_count
          when 'canceled' then s.canceled_count
          when 'pending' then 0
          when 'running' then 0
          else s.success_count + s.failed_count + s.canceled_count
        end
      ) as runs
    from public.run_stats_daily s
    where s.job_id = any (v_job_ids)
    group by s.day
    union all
    select (r.ordered_at at time zone v_zone)::date, count(*)
    from public.runs r
    where r.job_id = any (v_job_ids) and r.state in ('pending', 'running') and (p_state is null or r.state = p_state)
    group by 1
  ),
  days as (
    select c.day, sum(c.runs) as runs from counted c group by c.day having sum(c.runs) > 0
  ),
  places as (
    select
      d.day,
      d.runs,
      sum(d.runs) over (
        order by case when p_is_newest_first then d.day end desc, case when not p_is_newest_first then d.day end
      ) as through
    from days d
  )
  select
    (select coalesce(sum(p.runs), 0) from places p),
    min(p.day), max(p.day), min(p.through - p.runs)
    into v_total, v_from, v_until, v_before
    from places p
    where p.through > p_offset and p.through - p.runs < p_offset + p_limit;

  -- Conditions that are absent must be absent from the statement, or the plan could not use them with an index.
  v_sql := format(
    'select $1, row_number() over (order by r.ordered_at %1$s, r.id %1$s) + $2, r.id from ('
    'select r.id, r.ordered_at from public.runs r'
    ' where r.job_id = any ($3) %2$s'
    ' and r.ordered_at >= ($4::timestamp at time zone $6) and r.ordered_at < (($5 + 1)::timestamp at time zone $6)'
    ' order by r.ordered_at %1$s, r.id %1$s offset $7 limit $8) r order by 2',
    case when p_is_newest_first then 'desc' else 'asc' end,
    case when p_state is null then '' else format('and r.state = %L', p_state) end
  );
  return query execute v_sql
    using v_total, p_offset,
      v_job_ids, v_from, v_until, v_zone, greatest(p_offset - v_before, 0), p_limit;
  if not found then
    return query select v_total, null::bigint, null::uuid;
  end if;
end;
$$;
comment on function public.page_plugin_runs(uuid, uuid, text, text, boolean, integer, bigint) is
  'Ids of one page of a plugin''s runs with how many there are; at least one row, without an id when the page is empty. '
  'Skips whole days by run_stats_daily, so that an offset costs no more than one day of runs.';

create function public.summarize_plugin_runs(p_tenant_id uuid, p_plugin_id uuid, p_job_name text default null)
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
      and (p_job_name is null or j.plugin_job_name = p_job_name)
  )
  select d.*, u.running, u.pending, e.*
  from (
    select coalesce(sum(s.success_count), 0)::bigint, coalesce(sum(s.failed_count), 0)::bigint,
      coalesce(sum(s.canceled_count), 0)::bigint
    from public.run_stats_daily s where s.job_id in (select id from chosen)
  ) d
  cross join (
    select count(*) filter (where r.state = 'running') as running, count(*) filter (where r.state = 'pending') as pending
    from public.runs r where r.job_id in (select id from chosen) and r.state in ('pending', 'running')
  ) u
  cross join (
    select coalesce(sum(s.success_events_sum), 0)::bigint, coalesce(sum(s.success_duration_count), 0)::bigint,
      coalesce(sum(s.success_duration_ms_sum), 0)::bigint
    from public.run_stats_daily s where s.job_id in (select id from chosen)
  ) e;
$$;
comment on function public.summarize_plugin_runs(uuid, uuid, text) is
  'Totals of all runs of a plugin, or of one of its jobs, from daily totals and the unfinished runs.';
grant execute on function
  public.page_plugin_runs(uuid, uuid, text, text, boolean, integer, bigint), public.summarize_plugin_runs(uuid, uuid, text)
  to authenticated, service_role;

create view public.plugin_job_overview
with (security_invoker = true)
as
  select
    j.id as job_id, j.tenant_id, j.job_key, j.title, j.plugin_id, p.plugin_key, p.name as plugin_name,
    j.plugin_job_name,
    (
      select coalesce(d.job -> 'description', d.job -> 'title')
      from jsonb_array_elements(case when jsonb_typeof(p.manifest -> 'jobs') = 'array' then p.manifest -> 'jobs' end) d (job)
      where d.job ->> 'name' = j.plugin_job_name
      limit 1
    ) as declared_description,
    j.is_enabled, p.is_enabled as is_plugin_enabled, j.created_at as job_created_at,
    s.id as schedule_id, s.schedule_type, s.cron_expression, s.time_zone, s.interval_seconds, s.anchor_at, s.run_at,
    s.misfire_policy, s.misfire_limit, s.overlap_policy, s.spread_seconds, s.blackouts, s.catch_up_after_enable,
    s.next_nominal_at, s.next_due_at, s.last_nominal_at,
    t.last_status, t.last_finished_at, t.last_message,
    r.id as latest_run_id, r.state as latest_run_state, r.trigger as latest_run_trigger,
    coalesce(r.started_at, r.received_at) as latest_run_at, r.completed_at as latest_run_completed_at
  from public.jobs j
  join public.plugins p on p.id = j.plugin_id
  left join public.schedules s on s.job_id = j.id
  left join public.job_status t on t.job_id = j.id
  left join lateral (
    select l.id, l.state, l.trigger, l.started_at, l.received_at, l.completed_at
    from public.runs l
    where l.job_id = j.id
    order by l.ordered_at desc, l.id desc
    limit 1
  ) r on true
  where j.kind = 'plugin';
comment on view public.plugin_job_overview is 'Each job that the portal runs, with its schedule, its status and its newest run.';
grant select on public.plugin_job_overview to authenticated, service_role;
