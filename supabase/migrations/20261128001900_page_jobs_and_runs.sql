-- Lists and totals that cost the same at the end of a long history as at its beginning, and what every page asks first.

-- schemas/private/functions/current_member.sql
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
        (select count(*) from public.job_status s where s.tenant_id = my_tenant_id and s.last_status = 'error') as failing,
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

-- schemas/public/functions/current_member.sql
create function public.current_member()
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
security invoker
set search_path = ''
as $$
begin
  return query select * from private.current_member();
end;
$$;
comment on function public.current_member() is
  'The signed-in user in their first company, with the content of the badge: failing jobs, jobs that have finished at least '
  'once, and a version that changes when a live page has something new to show. No row for any other caller.';

grant execute on function public.current_member() to authenticated;

-- schemas/public/functions/page_job_status.sql
create function public.page_job_status(
  p_tenant_id uuid,
  p_pattern text default null,
  p_state text default null,
  p_tool_id uuid default null,
  p_last_status text default null,
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
  updated_at timestamptz
)
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_direction text := case when p_is_backwards then 'asc' else 'desc' end;
  v_parts text[] := array['error', 'success'];
  v_conditions text := 's.tenant_id = $1';
  v_page text;
begin
  -- Unused conditions must not be in the statement, or the plan could not use an index for them.
  if p_state is not null then
    v_conditions := v_conditions || format(' and s.last_status = %L', p_state);
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
  if p_last_status is not null then
    v_parts := array(
      select part from unnest(v_parts) part
      where case when p_is_backwards then part <= p_last_status else part >= p_last_status end
    );
  end if;
  -- The failing jobs, then the others: each part is a range of job_status_failing_first that starts at the position.
  select string_agg(
      format(
        '(select f.* from found f where f.last_status = %L %s order by f.last_finished_at %s, f.id %3$s limit $6)',
        part,
        case when part = p_last_status
          then format('and (f.last_finished_at, f.id) %s ($4, $5)', case when p_is_backwards then '>' else '<' end)
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
    'with found as %s (select s.id, s.last_status, s.last_finished_at from public.job_status s where %s) '
    'select %s, s.id, s.job_id, s.job_key, s.title, j.titles, t.name, s.last_status, s.last_finished_at, s.last_message, '
    's.last_message_code, s.last_message_values, s.updated_at '
    'from (select p.* from (%s) p order by p.last_status %s, p.last_finished_at %s, p.id %6$s limit $6) p '
    'join public.job_status s on s.id = p.id '
    'join public.jobs j on j.id = s.job_id '
    'left join public.tools t on t.tenant_id = s.tenant_id and t.id = s.tool_id '
    'order by s.last_status %5$s, s.last_finished_at %6$s, s.id %6$s',
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
  'Jobs by their latest outcome after the position (p_last_status, p_at, p_id), read in the given direction: failing jobs '
  'first, then the others, each newest first. p_pattern is a like pattern for private.searchable texts.';

grant execute on function public.page_job_status(uuid, text, text, uuid, text, timestamptz, uuid, boolean, boolean, integer)
  to authenticated, service_role;

-- schemas/public/functions/page_runs.sql
create function public.page_runs(
  p_tenant_id uuid,
  p_job_id uuid default null,
  p_plugin_id uuid default null,
  p_state text default null,
  p_trigger text default null,
  p_from timestamptz default null,
  p_until timestamptz default null,
  p_at timestamptz default null,
  p_id uuid default null,
  p_is_backwards boolean default false,
  p_limit integer default 51,
  p_is_portal boolean default false
)
returns table (run_id uuid)
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_direction text := case when p_is_backwards then 'asc' else 'desc' end;
  v_conditions text := 'r.tenant_id = $1';
  v_parts text[] := array[''];
  v_page text;
begin
  -- Unused conditions must not be in the statement, or the plan could not use an index for them.
  if p_from is not null then
    v_conditions := v_conditions || ' and r.ordered_at >= $4';
  end if;
  if p_until is not null then
    v_conditions := v_conditions || ' and r.ordered_at < $5';
  end if;
  if p_at is not null then
    v_conditions := v_conditions || format(' and (r.ordered_at, r.id) %s ($6, $7)', case when p_is_backwards then '>' else '<' end);
  end if;
  if p_job_id is not null then
    v_conditions := v_conditions || ' and r.job_id = $2';
  end if;
  if p_plugin_id is not null then
    v_conditions := v_conditions || ' and r.job_id = j.id';
  end if;
  if p_is_portal and p_trigger is null and p_state is null and p_job_id is null and p_plugin_id is null then
    -- runs_of_portal_newest_first has these in order.
    v_conditions := v_conditions || ' and r.trigger <> ''report''';
  elsif p_state is not null or p_trigger is not null or p_is_portal then
    v_parts := array(
      select format(' and r.state = %L and r.trigger = %L', s.state, t.trigger)
      from unnest(array['pending', 'running', 'success', 'failed', 'canceled']) s (state)
      cross join unnest(array['report', 'schedule', 'manual', 'api', 'retry']) t (trigger)
      where (p_state is null or s.state = p_state) and (p_trigger is null or t.trigger = p_trigger)
        and (not p_is_portal or t.trigger <> 'report')
    );
  end if;
  select string_agg(
      format(
        '(select r.id, r.ordered_at from public.runs r where %s%s order by r.ordered_at %s, r.id %3$s limit $8)',
        v_conditions, part, v_direction
      ),
      ' union all '
    )
    into v_page
    from unnest(v_parts) part;
  if v_page is null then
    return;
  end if;
  -- Merges the newest runs of each job of the plugin, so that no plan has to guess how they are distributed among the others.
  if p_plugin_id is not null then
    v_page := format(
      'select p.id, p.ordered_at from public.jobs j cross join lateral (%s) p where j.tenant_id = $1 and j.plugin_id = $3',
      v_page
    );
  end if;
  return query execute format('select q.id from (%s) q order by q.ordered_at %s, q.id %2$s limit $8', v_page, v_direction)
    using p_tenant_id, p_job_id, p_plugin_id, p_from, p_until, p_at, p_id, p_limit;
end;
$$;
comment on function
  public.page_runs(uuid, uuid, uuid, text, text, timestamptz, timestamptz, timestamptz, uuid, boolean, integer, boolean) is
  'Ids of runs after the position (p_at, p_id), read in the given direction; p_is_portal omits reported runs.';

grant execute on function public.page_runs(uuid, uuid, uuid, text, text, timestamptz, timestamptz, timestamptz, uuid, boolean, integer, boolean)
  to authenticated, service_role;

-- schemas/public/functions/summarize_runs.sql
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

-- schemas/private/functions/page_plugin_runs.sql
-- One day can have hundreds of thousands of runs: days are counted from the totals of the plugin, and within a day the runs
-- of its jobs are merged from the index alone, starting from the nearer end.
create function private.page_plugin_runs(
  p_tenant_id uuid, p_plugin_id uuid, p_job_name text, p_state text, p_is_newest_first boolean, p_limit integer, p_offset bigint
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
      and (p_job_name is null or j.plugin_job_name = p_job_name)
  );

  -- Days are counted from totals, not from runs, so only the days on the page are read.
  with counted as (
    select t.day, t.success_count, t.failed_count, t.canceled_count
    from public.run_totals_daily t
    where p_job_name is null and t.plugin_id = p_plugin_id and t.tenant_id = p_tenant_id
    union all
    select s.day, s.success_count, s.failed_count, s.canceled_count
    from unnest(v_job_ids) job (id)
    join public.run_stats_daily s on s.job_id = job.id
    where p_job_name is not null
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
    select (r.ordered_at at time zone v_zone)::date, 1
    from unnest(v_job_ids) job (id)
    cross join lateral (
      select u.ordered_at from public.runs u
      where u.job_id = job.id and u.state in ('pending', 'running') and (p_state is null or u.state = p_state)
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
    v_conditions := case when p_state is null then array['']
      else array(
        select format(' and r.state = %L and r.trigger = %L', p_state, t.trigger)
        from unnest(array['report', 'schedule', 'manual', 'api', 'retry']) t (trigger)
      ) end;
    -- Index ranges are already sorted, so merging them needs no sort of the skipped rows; with very many ranges, planning
    -- would take longer than sorting the day.
    if array_length(v_job_ids, 1) * array_length(v_conditions, 1) <= 32 then
      select string_agg(
          format(
            '(select r.id, r.ordered_at from public.runs r where r.job_id = %L%s and r.ordered_at >= $1 and r.ordered_at < $2'
            ' order by r.ordered_at %s, r.id %3$s)',
            job.id, condition, case when v_is_descending then 'desc' else 'asc' end
          ),
          ' union all '
        )
        into v_runs
        from unnest(v_job_ids) job (id) cross join unnest(v_conditions) condition;
    else
      select format('select r.id, r.ordered_at from unnest($7) job (id) cross join lateral (%s) r', string_agg(
          format(
            '(select r.id, r.ordered_at from public.runs r where r.job_id = job.id%s and r.ordered_at >= $1 and r.ordered_at < $2)',
            condition
          ),
          ' union all '
        ))
        into v_runs
        from unnest(v_conditions) condition;
    end if;
    return query execute format(
      'select $3, row_number() over (order by q.ordered_at %1$s, q.id %1$s) + $4, q.id from ('
      'select u.id, u.ordered_at from (%2$s) u order by u.ordered_at %3$s, u.id %3$s offset $5 limit $6) q order by 2',
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
comment on function private.page_plugin_runs(uuid, uuid, text, text, boolean, integer, bigint) is
  'Implements public.page_plugin_runs. Definer, because row level security would read every skipped run; it checks the '
  'membership once and reads only jobs of that tenant.';

grant execute on function private.page_plugin_runs(uuid, uuid, text, text, boolean, integer, bigint)
  to authenticated, service_role;

-- schemas/public/functions/page_plugin_runs.sql
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
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.page_plugin_runs(
    p_tenant_id, p_plugin_id, p_job_name, p_state, p_is_newest_first, p_limit, p_offset
  );
$$;
comment on function public.page_plugin_runs(uuid, uuid, text, text, boolean, integer, bigint) is
  'Ids of one page of a plugin''s runs and their total number; at least one row, without an id if the page is empty. Skips '
  'whole days with run_stats_daily, so that an offset reads at most one day of runs.';

grant execute on function public.page_plugin_runs(uuid, uuid, text, text, boolean, integer, bigint)
  to authenticated, service_role;

-- schemas/public/functions/summarize_plugin_runs.sql
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
  ),
  finished as (
    select t.success_count, t.failed_count, t.canceled_count, t.success_events_sum, t.success_duration_count,
      t.success_duration_ms_sum
    from public.run_totals_daily t
    where p_job_name is null and t.plugin_id = p_plugin_id and t.tenant_id = p_tenant_id
    union all
    select s.success_count, s.failed_count, s.canceled_count, s.success_events_sum, s.success_duration_count,
      s.success_duration_ms_sum
    from chosen c
    join public.run_stats_daily s on s.job_id = c.id
    where p_job_name is not null
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
comment on function public.summarize_plugin_runs(uuid, uuid, text) is
  'Totals of all runs of a plugin, or of one of its jobs, from daily totals and the unfinished runs.';

grant execute on function public.summarize_plugin_runs(uuid, uuid, text) to authenticated, service_role;

-- schemas/public/views/plugin_job_overview.sql
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
    coalesce(r.started_at, r.received_at) as latest_run_at, r.finished_at as latest_run_finished_at,
    x.name_text, j.titles, p.manifest -> 'name' as plugin_names
  from public.jobs j
  join public.plugins p on p.id = j.plugin_id
  left join public.schedules s on s.job_id = j.id
  left join public.job_status t on t.job_id = j.id
  left join public.job_search_texts x on x.job_id = j.id
  left join lateral (
    select l.id, l.state, l.trigger, l.started_at, l.received_at, l.finished_at
    from public.runs l
    where l.job_id = j.id
    order by l.ordered_at desc, l.id desc
    limit 1
  ) r on true
  where j.kind = 'plugin';
comment on view public.plugin_job_overview is 'Each job that the portal runs, with its schedule, its status and its newest run.';

grant select on public.plugin_job_overview to authenticated, service_role;
