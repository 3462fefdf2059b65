-- Pages of a company's runs by any filter that cost the same at the end of a long history as at its beginning, and totals
-- that do not read it.

create index runs_started_by_people_newest_first on public.runs (tenant_id, trigger, ordered_at desc, id desc)
  where trigger in ('manual', 'api', 'retry');

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
  p_limit integer default 51
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
  v_page text;
begin
  -- Conditions that are absent must be absent from the statement, or the plan could not use them with an index.
  if p_state is not null then
    v_conditions := v_conditions || format(' and r.state = %L', p_state);
  end if;
  if p_trigger is not null then
    v_conditions := v_conditions || format(' and r.trigger = %L', p_trigger);
  end if;
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
  v_page := format(
    'select r.id, r.ordered_at from public.runs r where %s %s order by r.ordered_at %s, r.id %3$s limit $8',
    v_conditions, case when p_plugin_id is not null then 'and r.job_id = j.id' else '' end, v_direction
  );
  -- The newest of each job of the plugin, merged: no plan has to guess how the plugin's runs lie among the others.
  if p_plugin_id is not null then
    v_page := format(
      'select p.id, p.ordered_at from public.jobs j cross join lateral (%s) p where j.tenant_id = $1 and j.plugin_id = $3 '
      'order by p.ordered_at %s, p.id %2$s limit $8',
      v_page, v_direction
    );
  end if;
  return query execute format('select q.id from (%s) q', v_page)
    using p_tenant_id, p_job_id, p_plugin_id, p_from, p_until, p_at, p_id, p_limit;
end;
$$;
comment on function
  public.page_runs(uuid, uuid, uuid, text, text, timestamptz, timestamptz, timestamptz, uuid, boolean, integer) is
  'Ids of runs beyond the place (p_at, p_id), in the order of the list read in that direction.';

create function public.summarize_runs(
  p_tenant_id uuid, p_since date, p_job_id uuid default null, p_plugin_id uuid default null
)
returns table (
  success_count bigint,
  failed_count bigint,
  canceled_count bigint,
  running_count bigint,
  pending_count bigint,
  duration_count bigint,
  duration_ms_sum bigint,
  success_events_sum bigint,
  success_duration_count bigint
)
language sql
stable
security invoker
set search_path = ''
as $$
  select d.*, u.running, u.pending, e.*
  from (
    select coalesce(sum(s.success_count), 0)::bigint, coalesce(sum(s.failed_count), 0)::bigint,
      coalesce(sum(s.canceled_count), 0)::bigint
    from public.run_stats_daily s
    where s.tenant_id = p_tenant_id and s.day >= p_since
      and (p_job_id is null or s.job_id = p_job_id)
      and (p_plugin_id is null or s.job_id in (
        select j.id from public.jobs j where j.tenant_id = p_tenant_id and j.plugin_id = p_plugin_id))
  ) d
  cross join (
    select count(*) filter (where r.state = 'running') as running, count(*) filter (where r.state = 'pending') as pending
    from public.runs r
    where r.tenant_id = p_tenant_id and r.state in ('pending', 'running')
      and (p_job_id is null or r.job_id = p_job_id)
      and (p_plugin_id is null or r.job_id in (
        select j.id from public.jobs j where j.tenant_id = p_tenant_id and j.plugin_id = p_plugin_id))
  ) u
  cross join (
    select coalesce(sum(s.duration_count), 0)::bigint, coalesce(sum(s.duration_ms_sum), 0)::bigint,
      coalesce(sum(s.success_events_sum), 0)::bigint, coalesce(sum(s.success_duration_count), 0)::bigint
    from public.run_stats_daily s
    where s.tenant_id = p_tenant_id and s.day >= p_since
      and (p_job_id is null or s.job_id = p_job_id)
      and (p_plugin_id is null or s.job_id in (
        select j.id from public.jobs j where j.tenant_id = p_tenant_id and j.plugin_id = p_plugin_id))
  ) e;
$$;
comment on function public.summarize_runs(uuid, date, uuid, uuid) is
  'Totals of a tenant''s runs since a day, or of one job''s or plugin''s, from daily totals and the unfinished runs.';

grant execute on function
  public.page_runs(uuid, uuid, uuid, text, text, timestamptz, timestamptz, timestamptz, uuid, boolean, integer),
  public.summarize_runs(uuid, date, uuid, uuid)
  to authenticated, service_role;
