-- Lists of a plugin's runs are ordered by their start [contract: plugin runs], and can be of one job, because two jobs can have
-- one name. Days are skipped by the number of runs that started on them.

alter table public.runs
  add column started_or_queued_at timestamptz not null generated always as (coalesce(started_at, received_at)) stored;
comment on column public.runs.started_or_queued_at is 'When it started, or was received if it has not.';
create index runs_of_portal_job_by_start on public.runs (job_id, state, started_or_queued_at desc, id desc)
  where trigger <> 'report';

alter table public.run_stats_daily
  add column started_success_count integer not null default 0,
  add column started_failed_count integer not null default 0,
  add column started_canceled_count integer not null default 0;
comment on column public.run_stats_daily.day is
  'Day in the tenant''s time zone on which the runs finished; in started_*, on which they started.';
comment on column public.run_stats_daily.started_success_count is
  'The portal''s own successful runs that started on this day, or were queued if they never started.';
comment on column public.run_stats_daily.started_failed_count is 'The same for failed runs.';
comment on column public.run_stats_daily.started_canceled_count is 'The same for canceled runs.';

alter table public.run_totals_daily
  add column started_success_count bigint not null default 0,
  add column started_failed_count bigint not null default 0,
  add column started_canceled_count bigint not null default 0;
comment on column public.run_totals_daily.day is
  'Day in the tenant''s time zone on which the runs finished; in started_*, on which they started.';
comment on column public.run_totals_daily.started_success_count is
  'The portal''s own successful runs that started on this day, or were queued if they never started.';
comment on column public.run_totals_daily.started_failed_count is 'The same for failed runs.';
comment on column public.run_totals_daily.started_canceled_count is 'The same for canceled runs.';

drop function public.page_plugin_runs(uuid, uuid, text, text, boolean, integer, bigint);
drop function private.page_plugin_runs(uuid, uuid, text, text, boolean, integer, bigint);
drop function public.summarize_plugin_runs(uuid, uuid, text);

-- schemas/private/triggers/move_run_totals_of_job.sql
create or replace function private.move_run_totals_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.run_totals_daily
    (tenant_id, plugin_id, day, success_count, failed_count, canceled_count, success_events_sum,
      success_duration_count, success_duration_ms_sum, started_success_count, started_failed_count, started_canceled_count)
  select
    s.tenant_id, m.plugin_id, s.day, m.sign * s.success_count, m.sign * s.failed_count, m.sign * s.canceled_count,
    m.sign * s.success_events_sum, m.sign * s.success_duration_count, m.sign * s.success_duration_ms_sum,
    m.sign * s.started_success_count, m.sign * s.started_failed_count, m.sign * s.started_canceled_count
  from public.run_stats_daily s
  cross join (values (-1, old.plugin_id), (1, new.plugin_id)) m (sign, plugin_id)
  where s.job_id = new.id;
  perform private.fold_run_totals();
  return null;
end;
$$;
comment on function private.move_run_totals_of_job() is
  'Moves the totals of a job to its new plugin. Definer, because only triggers write run_totals_daily.';

-- schemas/private/functions/add_to_run_totals.sql
create or replace function private.add_to_run_totals(p_added public.run_stats_daily[], p_deleted public.run_stats_daily[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_is_due boolean;
begin
  with changes as (
    select 1 as sign, a.* from unnest(p_added) a
    union all
    select -1, r.* from unnest(p_deleted) r
  ),
  added as (
    insert into public.run_totals_daily
      (tenant_id, plugin_id, day, success_count, failed_count, canceled_count, success_events_sum,
        success_duration_count, success_duration_ms_sum, started_success_count, started_failed_count, started_canceled_count)
    select
      c.tenant_id, j.plugin_id, c.day, sum(c.sign * c.success_count), sum(c.sign * c.failed_count),
      sum(c.sign * c.canceled_count), sum(c.sign * c.success_events_sum), sum(c.sign * c.success_duration_count),
      sum(c.sign * c.success_duration_ms_sum), sum(c.sign * c.started_success_count),
      sum(c.sign * c.started_failed_count), sum(c.sign * c.started_canceled_count)
    from changes c
    left join public.jobs j on j.id = c.job_id
    group by c.tenant_id, j.plugin_id, c.day
    returning id
  )
  select bool_or(a.id % 256 = 0) into v_is_due from added a;
  if v_is_due then
    perform private.fold_run_totals();
  end if;
end;
$$;
comment on function private.add_to_run_totals(public.run_stats_daily[], public.run_stats_daily[]) is
  'Adds a change of run_stats_daily to run_totals_daily; every 256th change folds. Definer, because only the triggers of '
  'run_stats_daily write that table.';

-- schemas/private/functions/fold_run_totals.sql
create or replace function private.fold_run_totals()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- If another transaction is folding, these rows are included next time.
  if not pg_try_advisory_xact_lock(hashtext('tc_portal.fold_run_totals')) then
    return;
  end if;
  with changed as (
    select distinct t.tenant_id, t.plugin_id, t.day from public.run_totals_daily t where not t.is_folded
  ),
  taken as (
    delete from public.run_totals_daily t
    using changed c
    where t.tenant_id = c.tenant_id and t.day = c.day and t.plugin_id is not distinct from c.plugin_id
    returning t.*
  )
  insert into public.run_totals_daily
    (tenant_id, plugin_id, day, is_folded, success_count, failed_count, canceled_count, success_events_sum,
      success_duration_count, success_duration_ms_sum, started_success_count, started_failed_count, started_canceled_count)
  select
    t.tenant_id, t.plugin_id, t.day, true, sum(t.success_count), sum(t.failed_count), sum(t.canceled_count),
    sum(t.success_events_sum), sum(t.success_duration_count), sum(t.success_duration_ms_sum),
    sum(t.started_success_count), sum(t.started_failed_count), sum(t.started_canceled_count)
  from taken t
  group by t.tenant_id, t.plugin_id, t.day
  having sum(t.success_count) <> 0 or sum(t.failed_count) <> 0 or sum(t.canceled_count) <> 0
    or sum(t.started_success_count) <> 0 or sum(t.started_failed_count) <> 0 or sum(t.started_canceled_count) <> 0;
end;
$$;
comment on function private.fold_run_totals() is
  'Combines the rows of each day in run_totals_daily into one. Definer, because only its triggers write that table.';

-- schemas/private/functions/page_plugin_runs.sql
-- One day can have hundreds of thousands of runs: days are counted from the totals of the plugin, and within a day the runs
-- of its jobs are merged from the index alone, starting from the nearer end.
create or replace function private.page_plugin_runs(
  p_tenant_id uuid, p_plugin_id uuid, p_job_name text, p_job_id uuid, p_state text, p_is_newest_first boolean, p_limit integer,
  p_offset bigint
)
returns table (total bigint, place bigint, run_id uuid)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_zone text;
  v_total bigint;
  v_from timestamptz;
  v_until timestamptz;
  v_before bigint;
  v_within bigint;
  v_skip bigint;
  v_take bigint;
  v_is_descending boolean := p_is_newest_first;
  v_is_whole boolean := p_job_name is null and p_job_id is null;
  v_job_ids uuid[];
  v_conditions text[];
  v_runs text;
begin
  if (select auth.uid()) is not null and p_tenant_id not in (select private.my_tenant_ids()) then
    return query select 0::bigint, null::bigint, null::uuid;
    return;
  end if;
  select t.time_zone into v_zone from public.tenants t where t.id = p_tenant_id;
  v_job_ids := array(
    select j.id from public.jobs j
    where j.tenant_id = p_tenant_id and j.plugin_id = p_plugin_id
      and (p_job_name is null or j.plugin_job_name = p_job_name or j.job_key = p_job_name)
      and (p_job_id is null or j.id = p_job_id)
  );

  -- Days are counted from totals, not from runs, so only the days on the page are read.
  with counted as (
    select
      t.day, t.started_success_count as success_count, t.started_failed_count as failed_count,
      t.started_canceled_count as canceled_count
    from public.run_totals_daily t
    where v_is_whole and t.plugin_id = p_plugin_id and t.tenant_id = p_tenant_id
    union all
    select s.day, s.started_success_count, s.started_failed_count, s.started_canceled_count
    from unnest(v_job_ids) job (id)
    join public.run_stats_daily s on s.job_id = job.id
    where not v_is_whole
  ),
  listed as (
    select
      c.day,
      case p_state
        when 'success' then c.success_count
        when 'failed' then c.failed_count
        when 'canceled' then c.canceled_count
        when 'pending' then 0
        when 'running' then 0
        else c.success_count + c.failed_count + c.canceled_count
      end as runs
    from counted c
    union all
    select (r.started_or_queued_at at time zone v_zone)::date, 1
    from unnest(v_job_ids) job (id)
    cross join lateral (
      select u.started_or_queued_at from public.runs u
      where u.job_id = job.id and u.state in ('pending', 'running') and u.trigger <> 'report'
        and (p_state is null or u.state = p_state)
      offset 0
    ) r
    where p_state is null or p_state in ('pending', 'running')
  ),
  days as (
    select l.day, sum(l.runs)::bigint as runs from listed l group by l.day having sum(l.runs) > 0
  ),
  places as (
    select
      d.day,
      d.runs,
      sum(d.runs) over (
        order by case when p_is_newest_first then d.day end desc, case when not p_is_newest_first then d.day end
      )::bigint as through
    from days d
  )
  select
    (select coalesce(sum(p.runs), 0) from places p),
    min(p.day)::timestamp at time zone v_zone, (max(p.day) + 1)::timestamp at time zone v_zone,
    min(p.through - p.runs), sum(p.runs)
    into v_total, v_from, v_until, v_before, v_within
    from places p
    where p.through > p_offset and p.through - p.runs < p_offset + p_limit;

  if v_from is not null then
    v_skip := p_offset - v_before;
    v_take := least(p_limit, v_within - v_skip);
    if v_skip > v_within - v_skip - v_take then
      v_is_descending := not v_is_descending;
      v_skip := v_within - v_skip - v_take;
    end if;
    v_conditions := array(
      select format(' and r.state = %L and r.trigger <> ''report''', s.state)
      from unnest(array['pending', 'running', 'success', 'failed', 'canceled']) s (state)
      where p_state is null or s.state = p_state
    );
    -- Index ranges are already sorted, so merging them needs no sort of the skipped rows; with very many ranges, planning
    -- would take longer than sorting the day.
    if array_length(v_job_ids, 1) * array_length(v_conditions, 1) <= 64 then
      select string_agg(
          format(
            '(select r.id, r.started_or_queued_at from public.runs r where r.job_id = %L%s'
            ' and r.started_or_queued_at >= $1 and r.started_or_queued_at < $2 order by r.started_or_queued_at %s, r.id %3$s)',
            job.id, condition, case when v_is_descending then 'desc' else 'asc' end
          ),
          ' union all '
        )
        into v_runs
        from unnest(v_job_ids) job (id) cross join unnest(v_conditions) condition;
    else
      select format('select r.id, r.started_or_queued_at from unnest($7) job (id) cross join lateral (%s) r', string_agg(
          format(
            '(select r.id, r.started_or_queued_at from public.runs r where r.job_id = job.id%s'
            ' and r.started_or_queued_at >= $1 and r.started_or_queued_at < $2)',
            condition
          ),
          ' union all '
        ))
        into v_runs
        from unnest(v_conditions) condition;
    end if;
    return query execute format(
      'select $3, row_number() over (order by q.started_or_queued_at %1$s, q.id %1$s) + $4, q.id from ('
      'select u.id, u.started_or_queued_at from (%2$s) u'
      ' order by u.started_or_queued_at %3$s, u.id %3$s offset $5 limit $6) q order by 2',
      case when p_is_newest_first then 'desc' else 'asc' end,
      v_runs,
      case when v_is_descending then 'desc' else 'asc' end
    )
    using v_from, v_until, v_total, p_offset, v_skip, v_take, v_job_ids;
  end if;
  if not found or v_from is null then
    return query select v_total, null::bigint, null::uuid;
  end if;
end;
$$;
comment on function private.page_plugin_runs(uuid, uuid, text, uuid, text, boolean, integer, bigint) is
  'Implements public.page_plugin_runs. Definer, because row level security would read every skipped run; it checks the '
  'membership once and reads only jobs of that tenant.';

grant execute on function private.page_plugin_runs(uuid, uuid, text, uuid, text, boolean, integer, bigint)
  to authenticated, service_role;

-- schemas/private/functions/show_finished_runs.sql
create or replace function private.show_finished_runs(p_run_ids uuid[])
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

-- schemas/public/functions/page_plugin_runs.sql
create or replace function public.page_plugin_runs(
  p_tenant_id uuid,
  p_plugin_id uuid,
  p_job_name text default null,
  p_job_id uuid default null,
  p_state text default null,
  p_is_newest_first boolean default true,
  p_limit integer default 20,
  p_offset bigint default 0
)
returns table (total bigint, place bigint, run_id uuid)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.page_plugin_runs(
    p_tenant_id, p_plugin_id, p_job_name, p_job_id, p_state, p_is_newest_first, p_limit, p_offset
  );
$$;
comment on function public.page_plugin_runs(uuid, uuid, text, uuid, text, boolean, integer, bigint) is
  'Ids of one page of the portal''s own runs of a plugin, or of some of its jobs, by their start, and their total number; at '
  'least one row, without an id if the page is empty. Skips whole days with run_stats_daily, so that an offset reads at most '
  'one day of runs.';

grant execute on function public.page_plugin_runs(uuid, uuid, text, uuid, text, boolean, integer, bigint)
  to authenticated, service_role;

-- schemas/public/functions/summarize_plugin_runs.sql
create or replace function public.summarize_plugin_runs(
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

-- by hand
-- The runs that have finished before.
insert into public.run_stats_daily as s (job_id, day, tenant_id, started_success_count, started_failed_count, started_canceled_count)
  select
    r.job_id, (r.started_or_queued_at at time zone t.time_zone)::date, r.tenant_id,
    count(*) filter (where r.state = 'success'), count(*) filter (where r.state = 'failed'),
    count(*) filter (where r.state = 'canceled')
  from public.runs r
  join public.tenants t on t.id = r.tenant_id
  where r.trigger <> 'report' and r.state in ('success', 'failed', 'canceled')
  group by 1, 2, 3
  order by 1, 2
  on conflict (job_id, day) do update set
    started_success_count = excluded.started_success_count,
    started_failed_count = excluded.started_failed_count,
    started_canceled_count = excluded.started_canceled_count;
