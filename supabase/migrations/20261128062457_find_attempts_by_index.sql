-- A sender that gives all its runs the same run_id made each report dearer than the one before: all attempts were read, and for
-- each of them all others. Now a report reads only what is next to it. Finishes of other senders are in none of these indexes.
create index runs_repeated on public.runs (job_id, report_key, state, finished_at)
  where report_key is not null and origin_run_id is not null;
create index runs_restarted on public.runs (job_id, report_key, started_at)
  where report_key is not null and origin_run_id is not null and started_at is not null;
create index runs_running_by_report on public.runs (job_id, report_key) where report_key is not null and state = 'running';

-- schemas/public/functions/record_reports.sql
-- A batch of reports becomes runs, logs, daily totals, status and audit rows in one round trip and one transaction.
create or replace function public.record_reports(p_reports jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
-- The plan is kept from the first call on: planning takes longer than recording a report, and would find the same plan.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now timestamptz := now();
  v_first_tenant_id uuid;
  v_items private.report_item[];
  v_placed private.placed_report[] := '{}';
  v_finished private.placed_report[];
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
        -- Never before the year 1, because the API writes years with four digits.
        case
          when r.started_at is null and r.duration_ms is not null
            then greatest(r.finished_at - make_interval(secs => r.duration_ms / 1000.0), '0001-01-01+00')
          else r.started_at
        end,
        r.finished_at,
        -- A measured clock is corrected. Without a measurement, only a time in the future is certainly wrong.
        case
          when abs(c.ahead_ms) > 60000
            then least(c.at - least(r.sent_at - v_now, c.at - timestamptz '0001-01-01+00'), v_now)
          when c.at > v_now + interval '5 minutes' then v_now
          else c.at
        end,
        coalesce(abs(c.ahead_ms) > 60000, false) or c.at > v_now + interval '5 minutes',
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
        r.tool_id is not null and t.id is null,
        r.started_at,
        c.ahead_ms,
        null,
        null,
        r.tool_id is not null and t.id is null or coalesce(r.is_tool_unreadable, false)
      )::private.report_item
      order by r.position
    )
    into v_items
    from jsonb_to_recordset(p_reports) as r (
      position integer, tenant_id uuid, api_key_id uuid, kind text, job_key text, title text, state text,
      started_at timestamptz, finished_at timestamptz, duration_ms bigint, report_key text, tool_id uuid,
      message text, exit_code integer, host text, metrics jsonb, log jsonb, expectation jsonb,
      sent_at timestamptz, is_tool_unreadable boolean
    )
    cross join lateral (
      select
        coalesce(r.finished_at, r.started_at) as at,
        (extract(epoch from r.sent_at - v_now) * 1000)::bigint as ahead_ms
    ) c
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

  -- Reports of one run are recorded one after the other, in rounds. One that repeats the report before it shares its round.
  select array_agg(
      row(
        i.position, i.refusal, i.tenant_id, i.api_key_id, i.job_id, i.kind, i.job_key, i.title, i.state, i.started_at,
        i.finished_at, i.ordered_at, i.is_clock_wrong, i.duration_ms, i.report_key, i.tool_id, i.message, i.exit_code,
        i.host, i.metrics, i.log, i.expectation, i.is_tool_unknown, i.given_started_at, i.clock_ahead_ms, i.leader,
        i.round, i.keeps_tool
      )::private.report_item
      order by i.position
    )
    into v_items
    from (
      select
        i.position, i.refusal, i.tenant_id, i.api_key_id, j.id as job_id, i.kind, i.job_key, i.title, i.state, i.started_at,
        i.finished_at, i.ordered_at, i.is_clock_wrong, i.duration_ms, i.report_key, i.tool_id, i.message, i.exit_code,
        i.host, i.metrics, i.log, i.expectation, i.is_tool_unknown, i.given_started_at, i.clock_ahead_ms, i.keeps_tool,
        max(i.position) filter (where not i.is_again) over of_run as leader,
        case when i.refusal is null then count(*) filter (where not i.is_again) over of_run end as round
      from (
        select
          i.*,
          coalesce(
            i.kind = lag(i.kind) over of_run
              and coalesce(i.state, '') = coalesce(lag(i.state) over of_run, '')
              and coalesce(i.finished_at, i.started_at)
                = coalesce(lag(i.finished_at) over of_run, lag(i.started_at) over of_run),
            false
          ) as is_again
        from unnest(v_items) i
        window of_run as (partition by i.refusal, i.tenant_id, i.job_key, i.report_key order by i.position)
      ) i
      left join public.jobs j on j.tenant_id = i.tenant_id and j.job_key = i.job_key and i.refusal is null
      window of_run as (partition by i.refusal, i.tenant_id, i.job_key, i.report_key order by i.position)
    ) i;

  -- 4. An identical body counts as the same report only for 24 hours: after that, the old key is cleared for a new one.
  update public.runs r
    set report_key = null
    from unnest(v_items) i
    where i.refusal is null
      and i.report_key like 'same:%'
      and r.job_id = i.job_id
      and r.report_key = i.report_key
      and r.received_at <= v_now - interval '24 hours';

  for v_round in 1 .. (select coalesce(max(i.round), 0) from unnest(v_items) i) loop
    -- 5. Finishes: a new run, the end of one whose start was reported, or another outcome of a run, which is its next
    -- attempt. A repeat changes nothing: it is the same outcome at the same instant, or within 12 hours (a sender may state
    -- a new finish when it tries again) if neither another outcome nor a start lies between.
    with due as (
      select
        i.*, known.first_run_id, same.repeated_run_id,
        case
          when open.attempt is not null
            and (known.last_run_id = known.first_run_id or i.finished_at >= open.since - interval '1 minute')
            then open.attempt
        end as open_attempt,
        same.similar_run_id,
        coalesce(known.last_attempt, 0) + 1 as next_attempt
      from unnest(v_items) i
      -- A sender may give all its runs one id. So each part reads only what is next to the report, by an index: the first
      -- attempt, which nearly always is the only one, by runs_one_per_report, and others, which name it as their origin, by
      -- runs_repeated.
      left join lateral (
        select
          last.id as last_run_id, last.report_attempt as last_attempt,
          (
            select r.id from public.runs r
            where r.job_id = i.job_id and r.report_key = i.report_key
            order by r.report_attempt limit 1
          ) as first_run_id
        from public.runs last
        where last.job_id = i.job_id and last.report_key = i.report_key
        order by last.report_attempt desc limit 1
      ) known on true
      left join lateral (
        select r.report_attempt as attempt, r.started_at as since
        from public.runs r
        where r.job_id = i.job_id and r.report_key = i.report_key and r.state = 'running'
        limit 1
      ) open on true
      cross join lateral (select case i.state when 'success' then 'failed' else 'success' end as state) other
      cross join lateral (
        select
          max(r.finished_at) filter (where r.finished_at <= i.finished_at) as before,
          min(r.finished_at) filter (where r.finished_at >= i.finished_at) as after
        from (
          select r.finished_at from public.runs r
          where r.job_id = i.job_id and r.report_key = i.report_key and r.report_attempt = 1 and r.state = other.state
          union all
          (
            select r.finished_at from public.runs r
            where r.job_id = i.job_id and r.report_key = i.report_key and r.origin_run_id is not null and r.state = other.state
              and r.finished_at <= i.finished_at
            order by r.finished_at desc limit 1
          )
          union all
          (
            select r.finished_at from public.runs r
            where r.job_id = i.job_id and r.report_key = i.report_key and r.origin_run_id is not null and r.state = other.state
              and r.finished_at >= i.finished_at
            order by r.finished_at limit 1
          )
        ) r
      ) others
      cross join lateral (
        select
          (array_agg(r.id) filter (where r.finished_at = i.finished_at))[1] as repeated_run_id,
          (array_agg(r.id order by abs(extract(epoch from r.finished_at - i.finished_at)), r.report_attempt) filter (
            where r.finished_at between i.finished_at - interval '12 hours' and i.finished_at + interval '12 hours'
              and (
                i.given_started_at is null
                or i.given_started_at = r.started_at
                or (i.given_started_at <= r.finished_at and coalesce(r.started_at <= i.finished_at, true))
              )
              and coalesce(r.finished_at > others.before, true)
              and coalesce(r.finished_at < others.after, true)
          ))[1] as similar_run_id
        from (
          select r.id, r.report_attempt, r.started_at, r.finished_at from public.runs r
          where r.job_id = i.job_id and r.report_key = i.report_key and r.report_attempt = 1 and r.state = i.state
          union all
          select r.id, r.report_attempt, r.started_at, r.finished_at from public.runs r
          where r.job_id = i.job_id and r.report_key = i.report_key and r.origin_run_id is not null and r.state = i.state
            and r.finished_at >= greatest(i.finished_at - interval '12 hours', others.before)
            and r.finished_at <= least(i.finished_at + interval '12 hours', others.after)
        ) r
      ) same
      where i.kind = 'finish' and i.round = v_round and i.leader = i.position
    ),
    finishes as (
      select d.*, coalesce(d.open_attempt, d.next_attempt) as report_attempt
      from due d
      where d.repeated_run_id is null and (d.open_attempt is not null or d.similar_run_id is null)
    ),
    finished as (
      insert into public.runs as r (
        tenant_id, job_id, trigger, state, started_at, finished_at, ordered_at, is_clock_wrong, clock_ahead_ms, duration_ms,
        exit_code, host, message, metrics, report_key, report_attempt, origin_run_id, api_key_id
      )
      select
        f.tenant_id, f.job_id, 'report', f.state, f.started_at, f.finished_at, f.ordered_at, f.is_clock_wrong,
        f.clock_ahead_ms, f.duration_ms, f.exit_code, f.host, f.message, f.metrics, f.report_key, f.report_attempt,
        f.first_run_id, f.api_key_id
      from finishes f
      order by f.position
      on conflict (job_id, report_key, report_attempt) where report_key is not null do update set
        state = excluded.state,
        started_at = coalesce(excluded.started_at, r.started_at),
        finished_at = excluded.finished_at,
        ordered_at = excluded.ordered_at,
        received_at = excluded.received_at,
        is_clock_wrong = excluded.is_clock_wrong,
        clock_ahead_ms = excluded.clock_ahead_ms,
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
    select v_placed || array_agg(
        row(d.position, coalesce(finished.id, d.repeated_run_id, d.similar_run_id), finished.id is not null)::private.placed_report
      )
      into v_placed
      from due d
      left join finished on finished.job_id = d.job_id and finished.report_key = d.report_key;

    -- 6. Starts: a new run, or the time of one that has finished. A late start never reopens a run; one that lies after
    -- every finish is the run's next attempt, because a restarted workflow keeps its id.
    with due as (
      select i.*, known.first_run_id, open.run_id as open_run_id, ended.run_id as ended_run_id, coalesce(known.last_attempt, 0) + 1 as next_attempt
      from unnest(v_items) i
      left join lateral (
        select
          last.report_attempt as last_attempt,
          (
            select r.id from public.runs r
            where r.job_id = i.job_id and r.report_key = i.report_key
            order by r.report_attempt limit 1
          ) as first_run_id
        from public.runs last
        where last.job_id = i.job_id and last.report_key = i.report_key
        order by last.report_attempt desc limit 1
      ) known on true
      left join lateral (
        select r.id as run_id
        from public.runs r
        where r.job_id = i.job_id and r.report_key = i.report_key and r.state = 'running'
        limit 1
      ) open on true
      left join lateral (
        select r.id as run_id
        from (
          select r.id, r.started_at, r.finished_at from public.runs r
          where r.job_id = i.job_id and r.report_key = i.report_key and r.report_attempt = 1
          union all
          select r.id, r.started_at, r.finished_at from public.runs r
          where r.job_id = i.job_id and r.report_key = i.report_key and r.origin_run_id is not null and r.started_at = i.started_at
          union all
          select next.* from (values ('success'), ('failed')) ends (state)
          cross join lateral (
            select r.id, r.started_at, r.finished_at from public.runs r
            where r.job_id = i.job_id and r.report_key = i.report_key and r.origin_run_id is not null and r.state = ends.state
              and r.finished_at >= i.started_at
            order by r.finished_at limit 1
          ) next
          union all
          select previous.* from (values ('success'), ('failed')) ends (state)
          cross join lateral (
            select r.id, r.started_at, r.finished_at from public.runs r
            where r.job_id = i.job_id and r.report_key = i.report_key and r.origin_run_id is not null and r.state = ends.state
              and r.finished_at >= i.started_at - interval '1 minute' and r.finished_at < i.started_at
            order by r.finished_at desc limit 1
          ) previous
        ) r
        where r.finished_at >= i.started_at - interval '1 minute' or r.started_at = i.started_at
        order by r.started_at is distinct from i.started_at, r.finished_at < i.started_at, abs(extract(epoch from r.finished_at - i.started_at))
        limit 1
      ) ended on true
      where i.kind = 'start' and i.round = v_round and i.leader = i.position
    ),
    timed as (
      update public.runs r
      set
        started_at = d.started_at,
        host = coalesce(r.host, d.host),
        duration_ms = coalesce(
          r.duration_ms,
          case when r.finished_at >= d.started_at
            then (extract(epoch from r.finished_at - d.started_at) * 1000)::bigint end
        )
      from due d
      where d.open_run_id is null and r.id = d.ended_run_id and r.started_at is null
      returning r.id
    ),
    started as (
      insert into public.runs (
        tenant_id, job_id, trigger, state, started_at, ordered_at, is_clock_wrong, clock_ahead_ms, host, report_key,
        report_attempt, origin_run_id, api_key_id
      )
      select
        d.tenant_id, d.job_id, 'report', 'running', d.started_at, d.ordered_at, d.is_clock_wrong, d.clock_ahead_ms, d.host,
        d.report_key, d.next_attempt, d.first_run_id, d.api_key_id
      from due d
      where d.open_run_id is null and d.ended_run_id is null
      order by d.position
      returning id, job_id, report_key
    )
    select v_placed || array_agg(
        row(
          d.position, coalesce(started.id, d.open_run_id, d.ended_run_id), started.id is not null or timed.id is not null
        )::private.placed_report
      )
      into v_placed
      from due d
      left join started on started.job_id = d.job_id and started.report_key = d.report_key
      left join timed on timed.id = d.ended_run_id;
  end loop;

  select array_agg(p order by p.position)
    into v_finished
    from unnest(v_placed) p
    join unnest(v_items) i on i.position = p.position
    where p.is_new and i.kind = 'finish';

  -- 7. Store what a finished run adds: its log, the job's name and expectation, daily totals and status.
  if v_finished is not null then
    insert into public.run_logs (run_id, tenant_id, head, tail, cut_characters)
    select d.run_id, i.tenant_id, i.log ->> 'head', coalesce(i.log ->> 'tail', ''), coalesce((i.log ->> 'cut_characters')::bigint, 0)
    from unnest(v_finished) d
    join unnest(v_items) i on i.position = d.position
    where i.log is not null
    on conflict (run_id) do nothing;

    -- A report that is the newest when it arrives also names the job and, unless a person locked it, sets when runs are
    -- expected. If its tool is unknown or cannot be read, the job keeps its own.
    with arrived as (
      select
        i.*,
        max(i.ordered_at) over (
          partition by i.job_id order by i.position rows between unbounded preceding and 1 preceding
        ) as newest_before
      from unnest(v_finished) d
      join unnest(v_items) i on i.position = d.position
    ),
    newest as (
      select
        i.job_id,
        (array_agg(i.title order by i.position desc))[1] as title,
        (array_agg(i.api_key_id order by i.position desc))[1] as api_key_id,
        bool_and(i.keeps_tool) as keeps_tool,
        (array_agg(i.tool_id order by i.position desc) filter (where not i.keeps_tool))[1] as tool_id,
        (array_agg(i.expectation order by i.position desc) filter (where i.expectation is not null))[1] as expectation
      from arrived i
      join public.jobs j on j.id = i.job_id
      where i.ordered_at >= coalesce(greatest(i.newest_before, j.latest_ordered_at), '-infinity')
      group by i.job_id
    ),
    changed as (
      select
        j.id, j.tenant_id, n.api_key_id, n.title,
        case when n.keeps_tool then j.tool_id else n.tool_id end as tool_id,
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

    perform private.show_finished_runs(array(select d.run_id from unnest(v_finished) d order by d.position));
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
        'is_new', coalesce(p.is_new and i.leader = i.position, false),
        'run_id', p.run_id,
        'job_status_id', s.id
      )
      order by i.position
    )
    into v_answers
    from unnest(v_items) i
    left join public.job_status s on s.job_id = i.job_id
    left join unnest(v_placed) p on p.position = i.leader;
  perform set_config('portal.audits_itself', 'no', true);
  return v_answers;
end;
$$;
comment on function public.record_reports(jsonb) is
  'Records an array of reports ({position, kind: start|finish, job_key, title, state, finished_at, report_key, ...}) and '
  'returns an array of {position, refusal, is_tool_unknown, is_new, run_id, job_status_id}. refusal is null, no_tenant or '
  'key_not_valid. A report_key with the same outcome counts once, another outcome is its next attempt; a key of the form '
  'same:… counts once in 24 hours.';

grant execute on function public.record_reports(jsonb) to service_role;
