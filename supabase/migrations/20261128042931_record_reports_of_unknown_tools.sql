-- A tool that was removed, or a typing error in its id, must not cost the report: it is recorded without it.
alter type private.report_item add attribute is_tool_unknown boolean;

-- schemas/public/functions/record_reports.sql
-- A batch of reports becomes runs, logs, daily totals, status and audit rows in one round trip and one transaction.
create or replace function public.record_reports(p_reports jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := now();
  v_first_tenant_id uuid;
  v_items private.report_item[];
  v_finished private.finished_run[];
  v_started uuid[];
  v_answers jsonb;
begin
  select id into v_first_tenant_id from public.tenants order by created_at, id limit 1;

  -- 1. Find tenant, key and tool. A refused report is refused alone; the batch continues. An unknown tool refuses nothing.
  select array_agg(
      row(
        r.position,
        case
          when coalesce(r.tenant_id, v_first_tenant_id) is null then 'no_tenant'
          when r.api_key_id is not null and k.id is null then 'key_not_valid'
        end,
        coalesce(r.tenant_id, v_first_tenant_id),
        r.api_key_id,
        null,
        r.kind,
        r.job_key,
        r.title,
        r.state,
        coalesce(r.started_at, r.finished_at - make_interval(secs => r.duration_ms / 1000.0)),
        r.finished_at,
        case
          when coalesce(r.finished_at, r.started_at) > v_now + interval '5 minutes' then v_now
          else coalesce(r.finished_at, r.started_at)
        end,
        coalesce(r.finished_at, r.started_at) > v_now + interval '5 minutes',
        coalesce(
          r.duration_ms,
          case when r.finished_at >= r.started_at
            then (extract(epoch from r.finished_at - r.started_at) * 1000)::bigint end
        ),
        r.report_key,
        t.id,
        r.message,
        r.exit_code,
        r.host,
        r.metrics,
        r.log,
        r.expectation,
        r.tool_id is not null and t.id is null
      )::private.report_item
      order by r.position
    )
    into v_items
    from jsonb_to_recordset(p_reports) as r (
      position integer, tenant_id uuid, api_key_id uuid, kind text, job_key text, title text, state text,
      started_at timestamptz, finished_at timestamptz, duration_ms bigint, report_key text, tool_id uuid,
      message text, exit_code integer, host text, metrics jsonb, log jsonb, expectation jsonb
    )
    left join public.api_keys k
      on k.id = r.api_key_id
      and k.tenant_id = r.tenant_id
      and 'report' = any (k.scopes)
      and k.revoked_at is null
      and (k.expires_at is null or k.expires_at > v_now)
    left join public.tools t
      on t.id = r.tool_id
      and t.tenant_id = coalesce(r.tenant_id, v_first_tenant_id);

  if v_items is null then
    return '[]'::jsonb;
  end if;

  -- This function names the script or key as the actor, which the trigger could not know.
  perform set_config('portal.audits_itself', 'yes', true);

  -- 2. Create new jobs. Sorted, so that batches with the same new jobs lock them in the same order.
  with made as (
    insert into public.jobs as j (tenant_id, job_key, title, tool_id)
    select distinct on (i.tenant_id, i.job_key) i.tenant_id, i.job_key, i.title, i.tool_id
    from unnest(v_items) i
    where i.refusal is null
      and not exists (select 1 from public.jobs j where j.tenant_id = i.tenant_id and j.job_key = i.job_key)
    order by i.tenant_id, i.job_key, i.position
    on conflict (tenant_id, job_key) do nothing
    returning j.id, j.tenant_id, j.job_key, j.title
  )
  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, after)
  select distinct on (made.id)
    made.tenant_id,
    case when i.api_key_id is null then 'webhook_secret' else 'api_key' end,
    i.api_key_id,
    coalesce(k.name, ''),
    'jobs.insert',
    'jobs',
    made.id::text,
    made.title,
    jsonb_build_object('job_key', made.job_key, 'title', made.title, 'kind', 'external')
  from made
  join unnest(v_items) i on i.tenant_id = made.tenant_id and i.job_key = made.job_key and i.refusal is null
  left join public.api_keys k on k.id = i.api_key_id
  order by made.id, i.position;

  -- 3. Lock the jobs, so that only one batch at a time decides which report of a job is the newest.
  perform 1
    from public.jobs j
    where (j.tenant_id, j.job_key) in (select i.tenant_id, i.job_key from unnest(v_items) i where i.refusal is null)
    order by j.id
    for no key update;

  select array_agg(
      row(
        i.position, i.refusal, i.tenant_id, i.api_key_id, j.id, i.kind, i.job_key, i.title, i.state, i.started_at,
        i.finished_at, i.ordered_at, i.is_clock_wrong, i.duration_ms, i.report_key, i.tool_id, i.message, i.exit_code,
        i.host, i.metrics, i.log, i.expectation, i.is_tool_unknown
      )::private.report_item
      order by i.position
    )
    into v_items
    from unnest(v_items) i
    left join public.jobs j on j.tenant_id = i.tenant_id and j.job_key = i.job_key and i.refusal is null;

  -- 4. An identical body counts as the same report only for 24 hours: after that, the old key is cleared for a new one.
  update public.runs r
    set report_key = null
    from unnest(v_items) i
    where i.refusal is null
      and i.report_key like 'same:%'
      and r.job_id = i.job_id
      and r.report_key = i.report_key
      and r.received_at <= v_now - interval '24 hours';

  -- 5. Finishes: a new run, or the end of one whose start was reported. A repeat changes nothing.
  with finishes as (
    select distinct on (i.job_id, i.report_key) i.*
    from unnest(v_items) i
    where i.refusal is null and i.kind = 'finish'
    order by i.job_id, i.report_key, i.position
  ),
  finished as (
    insert into public.runs as r (
      tenant_id, job_id, trigger, state, started_at, finished_at, ordered_at, is_clock_wrong, duration_ms, exit_code,
      host, message, metrics, report_key, api_key_id
    )
    select
      f.tenant_id, f.job_id, 'report', f.state, f.started_at, f.finished_at, f.ordered_at, f.is_clock_wrong,
      f.duration_ms, f.exit_code, f.host, f.message, f.metrics, f.report_key, f.api_key_id
    from finishes f
    order by f.position
    on conflict (job_id, report_key) where report_key is not null do update set
      state = excluded.state,
      started_at = coalesce(excluded.started_at, r.started_at),
      finished_at = excluded.finished_at,
      ordered_at = excluded.ordered_at,
      is_clock_wrong = excluded.is_clock_wrong,
      duration_ms = coalesce(
        excluded.duration_ms,
        case when excluded.finished_at >= r.started_at
          then (extract(epoch from excluded.finished_at - r.started_at) * 1000)::bigint end
      ),
      exit_code = excluded.exit_code,
      host = coalesce(excluded.host, r.host),
      message = excluded.message,
      metrics = excluded.metrics,
      api_key_id = excluded.api_key_id
    where r.state = 'running'
    returning r.id, r.job_id, r.report_key
  )
  select array_agg(row(finished.id, f.position)::private.finished_run)
    into v_finished
    from finished
    join finishes f on f.job_id = finished.job_id and f.report_key = finished.report_key;

  -- 6. Starts, after the finishes: a late start adds its time to the finished run and never reopens it.
  with starts as (
    select distinct on (i.job_id, i.report_key) i.*
    from unnest(v_items) i
    where i.refusal is null and i.kind = 'start'
    order by i.job_id, i.report_key, i.position
  ),
  started as (
    insert into public.runs as r
      (tenant_id, job_id, trigger, state, started_at, ordered_at, is_clock_wrong, host, report_key, api_key_id)
    select s.tenant_id, s.job_id, 'report', 'running', s.started_at, s.ordered_at, s.is_clock_wrong, s.host, s.report_key, s.api_key_id
    from starts s
    order by s.position
    on conflict (job_id, report_key) where report_key is not null do update set
      started_at = excluded.started_at,
      host = coalesce(r.host, excluded.host),
      duration_ms = coalesce(
        r.duration_ms,
        case when r.finished_at >= excluded.started_at
          then (extract(epoch from r.finished_at - excluded.started_at) * 1000)::bigint end
      )
    where r.started_at is null
    returning r.id
  )
  select array_agg(id) into v_started from started;

  -- 7. Store what a finished run adds: its log, the job's name and expectation, daily totals and status.
  if v_finished is not null then
    insert into public.run_logs (run_id, tenant_id, head, tail, cut_characters)
    select d.id, i.tenant_id, i.log ->> 'head', coalesce(i.log ->> 'tail', ''), coalesce((i.log ->> 'cut_characters')::bigint, 0)
    from unnest(v_finished) d
    join unnest(v_items) i on i.position = d.position
    where i.log is not null
    on conflict (run_id) do nothing;

    -- The newest report also names the job and, unless a person locked it, sets when runs are expected.
    with newest as (
      select distinct on (i.job_id) i.*
      from unnest(v_finished) d
      join unnest(v_items) i on i.position = d.position
      order by i.job_id, i.ordered_at desc, d.id desc
    ),
    changed as (
      select
        j.id, j.tenant_id, n.api_key_id, n.title,
        case when n.is_tool_unknown then j.tool_id else n.tool_id end as tool_id,
        case when n.expectation is null or j.is_expectation_locked then null else n.expectation end as expectation,
        jsonb_strip_nulls(jsonb_build_object(
          'type', j.expected_schedule_type, 'expression', j.expected_cron, 'seconds', j.expected_interval_seconds,
          'timezone', j.expected_time_zone, 'early_tolerance_seconds', j.early_tolerance_seconds,
          'late_tolerance_seconds', j.late_tolerance_seconds, 'max_run_seconds', j.max_run_seconds,
          'min_run_seconds', j.min_run_seconds, 'failure_threshold', j.failure_threshold,
          'recovery_threshold', j.recovery_threshold
        )) as old_expectation,
        j.title as old_title,
        j.tool_id as old_tool_id
      from newest n
      join public.jobs j on j.id = n.job_id
      where j.latest_ordered_at is null or n.ordered_at >= j.latest_ordered_at
    ),
    real_changes as (
      select * from changed c
      where c.title <> c.old_title
        or c.tool_id is distinct from c.old_tool_id
        or (c.expectation is not null and c.expectation <> c.old_expectation)
    ),
    written as (
      update public.jobs j
      set
        title = c.title,
        tool_id = c.tool_id,
        expected_schedule_type = case when c.expectation is null then j.expected_schedule_type else c.expectation ->> 'type' end,
        expected_cron = case when c.expectation is null then j.expected_cron else c.expectation ->> 'expression' end,
        expected_interval_seconds = case when c.expectation is null then j.expected_interval_seconds else (c.expectation ->> 'seconds')::integer end,
        expected_time_zone = case when c.expectation is null then j.expected_time_zone else c.expectation ->> 'timezone' end,
        early_tolerance_seconds = case when c.expectation is null then j.early_tolerance_seconds else (c.expectation ->> 'early_tolerance_seconds')::integer end,
        late_tolerance_seconds = case when c.expectation is null then j.late_tolerance_seconds else (c.expectation ->> 'late_tolerance_seconds')::integer end,
        max_run_seconds = case when c.expectation is null then j.max_run_seconds else (c.expectation ->> 'max_run_seconds')::integer end,
        min_run_seconds = case when c.expectation is null then j.min_run_seconds else (c.expectation ->> 'min_run_seconds')::integer end,
        failure_threshold = case when c.expectation is null then j.failure_threshold else (c.expectation ->> 'failure_threshold')::integer end,
        recovery_threshold = case when c.expectation is null then j.recovery_threshold else (c.expectation ->> 'recovery_threshold')::integer end
      from real_changes c
      where j.id = c.id
    )
    insert into public.audit_log
      (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, before, after)
    select
      c.tenant_id,
      case when c.api_key_id is null then 'webhook_secret' else 'api_key' end,
      c.api_key_id,
      coalesce(k.name, ''),
      'jobs.update', 'jobs', c.id::text, c.title,
      jsonb_build_object('title', c.old_title, 'tool_id', c.old_tool_id, 'expectation', c.old_expectation),
      jsonb_build_object('title', c.title, 'tool_id', c.tool_id, 'expectation', coalesce(c.expectation, c.old_expectation))
    from real_changes c
    left join public.api_keys k on k.id = c.api_key_id;

    perform private.show_finished_runs(array(select d.id from unnest(v_finished) d));
  end if;

  update public.api_keys k
    set last_used_at = v_now
    from (select distinct i.api_key_id from unnest(v_items) i where i.refusal is null and i.api_key_id is not null) used
    where k.id = used.api_key_id and (k.last_used_at is null or k.last_used_at < v_now - interval '1 minute');

  select jsonb_agg(
      jsonb_build_object(
        'position', i.position,
        'refusal', i.refusal,
        'is_tool_unknown', i.is_tool_unknown,
        'is_new', coalesce(d.id is not null or r.id = any (v_started), false),
        'run_id', r.id,
        'job_status_id', s.id
      )
      order by i.position
    )
    into v_answers
    from unnest(v_items) i
    left join public.job_status s on s.job_id = i.job_id
    left join public.runs r on r.job_id = i.job_id and r.report_key = i.report_key
    left join unnest(v_finished) d on d.position = i.position;
  perform set_config('portal.audits_itself', 'no', true);
  return v_answers;
end;
$$;
comment on function public.record_reports(jsonb) is
  'Records an array of reports ({position, kind: start|finish, job_key, title, state, finished_at, report_key, ...}) and '
  'returns an array of {position, refusal, is_tool_unknown, is_new, run_id, job_status_id}. refusal is null, no_tenant or '
  'key_not_valid. A report_key counts once; one of the form same:… counts once in 24 hours.';

grant execute on function public.record_reports(jsonb) to service_role;
