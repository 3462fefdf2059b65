-- One day can have hundreds of thousands of runs: days are counted from the totals of the plugin, and within a day the runs
-- of its jobs are merged from the index alone, starting from the nearer end.
create function private.page_plugin_runs(
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
