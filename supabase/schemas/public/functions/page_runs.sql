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
