-- A failure that arrives behind a newer success stays visible until a later success of its host explains it. What the incidents
-- page shows first no longer depends on the reporters' clocks.
alter table public.runs add column is_reported_late boolean not null default false;
create index runs_reported_late on public.runs (job_id) where is_reported_late;
comment on column public.runs.is_reported_late is
  'A failure that arrived behind a newer success, and that no later success of its host has explained yet.';

alter table public.job_status
  add column last_ordered_at timestamptz,
  add column late_failure_run_id uuid,
  add column late_failure_at timestamptz,
  add constraint job_status_late_failure_has_a_time check ((late_failure_run_id is null) = (late_failure_at is null));
update public.job_status s
  set last_ordered_at = coalesce(j.latest_ordered_at, s.last_finished_at)
  from public.jobs j
  where j.id = s.job_id;
alter table public.job_status
  alter column last_ordered_at set not null,
  add column shown_state text not null generated always as (
    case when last_status <> 'success' then 'error' when late_failure_run_id is not null then 'late' else 'success' end
  ) stored;
drop index public.job_status_failing_first, public.job_status_newest_first;
create index job_status_failing_first on public.job_status (tenant_id, shown_state, last_ordered_at desc, id desc);
comment on column public.job_status.last_ordered_at is
  'Position in time of that run: when it finished, corrected if the reporter''s clock was wrong.';
comment on column public.job_status.late_failure_run_id is
  'A failed run that arrived behind a newer success, the latest to arrive; null if none is unexplained. No foreign key, like runs.';
comment on column public.job_status.late_failure_at is 'When the portal received that failure.';
comment on column public.job_status.shown_state is
  'error: the newest run failed; late: it succeeded, but a failure was reported late; success: all is well.';
drop function public.page_job_status(uuid, text, text, uuid, text, timestamptz, uuid, boolean, boolean, integer);

-- schemas/private/functions/current_member.sql
-- Called every second for every open page, so it caches its plans (plpgsql) and checks membership once instead of with
-- policies on each table.
create or replace function private.current_member()
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

-- schemas/private/functions/dismiss_late_failures.sql
create function private.dismiss_late_failures(p_tenant_id uuid, p_job_id uuid)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_job public.jobs;
  v_actor record;
  v_dismissed uuid[];
begin
  -- Locked, as reports lock it.
  select * into v_job from public.jobs where id = p_job_id and tenant_id = p_tenant_id for no key update;
  if v_job.id is null or (v_user_id is not null and v_job.tenant_id not in (select private.my_tenant_ids())) then
    raise exception 'No such job' using errcode = 'P0002';
  end if;
  if v_user_id is not null and v_job.tenant_id not in (select private.my_admin_tenant_ids()) then
    raise exception 'Only admins can do this' using errcode = '42501';
  end if;
  with dismissed as (
    update public.runs set is_reported_late = false where job_id = p_job_id and is_reported_late returning id
  )
  select array_agg(id) into v_dismissed from dismissed;
  if v_dismissed is null then
    return 0;
  end if;
  perform private.show_late_failures(array[p_job_id]);
  select * into v_actor from private.current_actor(v_job.tenant_id);
  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, after)
  values (
    v_job.tenant_id, v_actor.kind, v_actor.id, v_actor.name, 'jobs.dismiss_late_failures', 'jobs', p_job_id::text,
    v_job.title, jsonb_build_object('run_ids', v_dismissed)
  );
  return cardinality(v_dismissed);
end;
$$;
comment on function private.dismiss_late_failures(uuid, uuid) is
  'Marks the failures of a job that were reported late as known, with an audit row; only for admins of the tenant. Definer, '
  'because members cannot write runs.';

grant execute on function private.dismiss_late_failures(uuid, uuid) to authenticated, service_role;

-- schemas/private/functions/show_finished_runs.sql
create or replace function private.show_finished_runs(p_run_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = ''
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

  -- Almost always there is no late failure, neither an old one nor a new one.
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
        -- Only the next runs, because a host that no longer reports could have a long history behind it.
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

-- schemas/private/functions/show_late_failures.sql
create function private.show_late_failures(p_job_ids uuid[])
returns void
language sql
security invoker
set search_path = ''
as $$
  update public.job_status s
    set late_failure_run_id = r.id, late_failure_at = r.received_at, updated_at = now()
    from unnest(p_job_ids) j (id)
    left join lateral (
      select r.id, r.received_at
      from public.runs r
      where r.job_id = j.id and r.is_reported_late
      order by r.received_at desc, r.id desc
      limit 1
    ) r on true
    where s.job_id = j.id and s.late_failure_run_id is distinct from r.id;
$$;
comment on function private.show_late_failures(uuid[]) is
  'Copies to job_status which failure of each job was reported late and is not explained yet.';

grant execute on function private.show_late_failures(uuid[]) to service_role;

-- schemas/public/functions/dismiss_late_failures.sql
create function public.dismiss_late_failures(p_tenant_id uuid, p_job_id uuid)
returns integer
language sql
security invoker
set search_path = ''
as $$ select private.dismiss_late_failures(p_tenant_id, p_job_id); $$;
comment on function public.dismiss_late_failures(uuid, uuid) is
  'Marks the failures of a job that were reported late as known (admins); returns how many. P0002 or 42501.';

grant execute on function public.dismiss_late_failures(uuid, uuid) to authenticated, service_role;

-- schemas/public/functions/page_job_status.sql
create or replace function public.page_job_status(
  p_tenant_id uuid,
  p_pattern text default null,
  p_state text default null,
  p_tool_id uuid default null,
  p_shown_state text default null,
  p_at timestamptz default null,
  p_id uuid default null,
  p_is_backwards boolean default false,
  p_is_counted boolean default false,
  p_limit integer default 51
)
returns table (
  match_count bigint,
  id uuid,
  job_id uuid,
  job_key text,
  title text,
  titles jsonb,
  tool_name text,
  last_status text,
  last_finished_at timestamptz,
  last_message text,
  last_message_code text,
  last_message_values jsonb,
  updated_at timestamptz,
  shown_state text,
  last_ordered_at timestamptz,
  late_failure_run_id uuid,
  late_failure_at timestamptz
)
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_direction text := case when p_is_backwards then 'asc' else 'desc' end;
  v_parts text[] := array['error', 'late', 'success'];
  v_conditions text := 's.tenant_id = $1';
  v_page text;
begin
  -- Unused conditions must not be in the statement, or the plan could not use an index for them.
  if p_state is not null then
    v_conditions := v_conditions || format(' and s.shown_state = %L', p_state);
    v_parts := array(select part from unnest(v_parts) part where part = p_state);
  end if;
  if p_tool_id is not null then
    v_conditions := v_conditions || ' and s.tool_id = $2';
  end if;
  if p_pattern is not null then
    v_conditions := v_conditions
      || ' and s.job_id in (select x.job_id from public.job_search_texts x'
      || ' where x.tenant_id = $1 and (x.name_text like $3 or x.message_text like $3))';
  end if;
  if p_shown_state is not null then
    v_parts := array(
      select part from unnest(v_parts) part
      where case when p_is_backwards then part <= p_shown_state else part >= p_shown_state end
    );
  end if;
  -- The failing jobs, then those with a late failure, then the others: each part is a range of job_status_failing_first
  -- that starts at the position.
  select string_agg(
      format(
        '(select f.* from found f where f.shown_state = %L %s order by f.last_ordered_at %s, f.id %3$s limit $6)',
        part,
        case when part = p_shown_state
          then format('and (f.last_ordered_at, f.id) %s ($4, $5)', case when p_is_backwards then '>' else '<' end)
          else '' end,
        v_direction
      ),
      ' union all '
    )
    into v_page
    from unnest(v_parts) part;
  if v_page is null then
    return;
  end if;
  return query execute format(
    'with found as %s (select s.id, s.shown_state, s.last_ordered_at from public.job_status s where %s) '
    'select %s, s.id, s.job_id, s.job_key, s.title, j.titles, t.name, s.last_status, s.last_finished_at, s.last_message, '
    's.last_message_code, s.last_message_values, s.updated_at, s.shown_state, s.last_ordered_at, s.late_failure_run_id, '
    's.late_failure_at '
    'from (select p.* from (%s) p order by p.shown_state %s, p.last_ordered_at %s, p.id %6$s limit $6) p '
    'join public.job_status s on s.id = p.id '
    'join public.jobs j on j.id = s.job_id '
    'left join public.tools t on t.tenant_id = s.tenant_id and t.id = s.tool_id '
    'order by s.shown_state %5$s, s.last_ordered_at %6$s, s.id %6$s',
    case when p_pattern is null then 'not materialized' else 'materialized' end,
    v_conditions,
    case when p_is_counted then '(select count(*) from found)' else 'null::bigint' end,
    v_page,
    case when p_is_backwards then 'desc' else 'asc' end,
    v_direction
  )
  using p_tenant_id, p_tool_id, p_pattern, p_at, p_id, p_limit;
end;
$$;
comment on function
  public.page_job_status(uuid, text, text, uuid, text, timestamptz, uuid, boolean, boolean, integer) is
  'Jobs by their latest outcome after the position (p_shown_state, p_at, p_id), read in the given direction: failing jobs '
  'first, then those with a failure that was reported late, then the others, each newest first by last_ordered_at. '
  'p_pattern is a like pattern for private.searchable texts.';

grant execute on function public.page_job_status(uuid, text, text, uuid, text, timestamptz, uuid, boolean, boolean, integer)
  to authenticated, service_role;
