create function public.page_job_status(
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
