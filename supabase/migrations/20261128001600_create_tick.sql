-- What a tick of the scheduler reads and writes, and what the page of schedules shows.

-- schemas/public/functions/list_due_schedules.sql
-- Schedulers run on any number of machines, and one whose clock is a day ahead must not treat tomorrow's instants as missed:
-- the database's clock, which all of them share, decides what is due.
create function public.list_due_schedules(p_now timestamptz default null, p_limit integer default 1000)
returns table (
  id uuid,
  tenant_id uuid,
  job_id uuid,
  schedule_type text,
  cron_expression text,
  time_zone text,
  interval_seconds integer,
  anchor_at timestamptz,
  run_at timestamptz,
  misfire_policy text,
  misfire_limit integer,
  overlap_policy text,
  spread_seconds integer,
  blackouts jsonb,
  catch_up_after_enable boolean,
  next_nominal_at timestamptz,
  updated_at timestamptz,
  is_job_enabled boolean,
  is_plugin_enabled boolean,
  is_tenant_enabled boolean,
  tenant_enabled_at timestamptz,
  as_of timestamptz
)
language plpgsql
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_now timestamptz := coalesce(p_now, now());
begin
  return query
  select
    s.id, s.tenant_id, s.job_id, s.schedule_type, s.cron_expression, s.time_zone, s.interval_seconds, s.anchor_at,
    s.run_at, s.misfire_policy, s.misfire_limit, s.overlap_policy, s.spread_seconds, s.blackouts,
    s.catch_up_after_enable, s.next_nominal_at, s.updated_at, j.is_enabled, p.is_enabled, coalesce(t.is_enabled, true),
    t.enabled_at, v_now
  from public.schedules s
  join public.jobs j on j.id = s.job_id
  join public.plugins p on p.id = j.plugin_id
  left join public.scheduler_settings t on t.tenant_id = s.tenant_id
  where s.next_due_at <= v_now
  order by s.next_due_at
  limit p_limit;

  -- Nearly every tick finds nothing and needs only this one call.
  if not found then
    perform public.note_heartbeat('scheduler', jsonb_build_object('due', 0, 'enqueued', 0, 'ticked_for', v_now));
  end if;
end;
$$;
comment on function public.list_due_schedules(timestamptz, integer) is
  'Schedules that are due at p_now (default: the database''s clock, returned as as_of), the longest overdue first. If there '
  'are none, records the scheduler''s heartbeat.';

grant execute on function public.list_due_schedules(timestamptz, integer) to service_role;

-- schemas/private/functions/own_message.sql
create function private.own_message(p_code text)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object('message', s.sentence, 'code', s.code, 'values', '{}'::jsonb)
  from (
    values
      ('run.workerLost', 'The worker stopped responding during every attempt'),
      ('run.superseded', 'Canceled because the next run of its schedule was due'),
      ('run.pluginOff', 'The plugin was disabled before the run could start'),
      ('run.jobOff', 'The job was disabled before the run could start'),
      ('run.schedulesOff', 'All schedules were stopped before the run could start')
  ) s (code, sentence)
  where s.code = p_code;
$$;
comment on function private.own_message(text) is
  'Returns a message of the portal that the database decides: {message, code, values}, with a sentence of '
  'src/domain/portal-messages.ts.';

grant execute on function private.own_message(text) to service_role;

-- schemas/public/functions/apply_tick.sql
-- A tick reads the due schedules, TypeScript decides what happens to each instant, and this function writes everything in one
-- transaction: occurrence, run, queue message and the schedule's next instant.
create function public.apply_tick(p_now timestamptz, p_plans jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_moved uuid[];
  v_run_ids uuid[];
  v_to_cancel uuid[];
  v_skipped bigint;
  v_missed bigint;
  v_why jsonb := private.own_message('run.superseded');
begin
  -- Concurrent ticks lock schedules in the same order; the second one then finds that the first has advanced the schedule.
  perform 1
    from public.schedules s
    where s.id in (select (p ->> 'schedule_id')::uuid from jsonb_array_elements(p_plans) p)
    order by s.id
    for no key update;

  -- Compare and set: a plan changes nothing if its instant is no longer the next one, or if a person has changed the schedule
  -- in the meantime.
  with plans as (
    select * from jsonb_to_recordset(p_plans) as p (
      schedule_id uuid, expected_nominal_at timestamptz, expected_updated_at timestamptz, last_nominal_at timestamptz,
      next_nominal_at timestamptz, next_due_at timestamptz
    )
  ),
  moved as (
    update public.schedules s
    set
      last_nominal_at = coalesce(p.last_nominal_at, s.last_nominal_at),
      next_nominal_at = p.next_nominal_at,
      next_due_at = p.next_due_at
    from plans p
    where s.id = p.schedule_id
      and s.next_nominal_at = p.expected_nominal_at
      and s.updated_at = p.expected_updated_at
    returning s.id
  )
  select coalesce(array_agg(id), '{}') into v_moved from moved;

  -- Decide overlaps and write occurrences.
  with instants as (
    select
      s.id as schedule_id, s.tenant_id, s.job_id, s.overlap_policy, o.*,
      count(*) filter (where o.decision = 'run') over (partition by s.id) as wanted,
      row_number() over (partition by s.id, o.decision order by o.nominal_at) as place
    from jsonb_to_recordset(p_plans) as p (schedule_id uuid, occurrences jsonb)
    join public.schedules s on s.id = p.schedule_id and s.id = any (v_moved)
    cross join lateral jsonb_to_recordset(p.occurrences) as o (
      nominal_at timestamptz, through_nominal_at timestamptz, instant_count bigint, due_at timestamptz,
      decision text, reason text, is_made_up boolean
    )
  ),
  active as (
    select i.job_id, count(r.id) as runs, count(r.id) filter (where r.state = 'pending') as waiting
    from (select distinct job_id from instants where overlap_policy <> 'allow') i
    left join public.runs r on r.job_id = i.job_id and r.state in ('pending', 'running')
    group by i.job_id
  ),
  decided as (
    select
      i.*,
      i.decision = 'run' and case i.overlap_policy
        when 'allow' then true
        -- Missed instants are made up for one after another if the policy does not allow overlap.
        when 'skip' then i.place <= 1 - a.runs or (i.is_made_up and a.runs = 0)
        -- One run waits, however many are running.
        when 'queue' then i.place <= 2 - least(a.runs - a.waiting, 1) - a.waiting or (i.is_made_up and a.runs = 0)
        else i.place = i.wanted
      end as is_started
    from instants i
    left join active a on a.job_id = i.job_id
  ),
  started as (
    select d.*, private.new_run_id() as run_id from decided d where d.is_started
  ),
  ledger_of_started as (
    insert into public.occurrences as l
      (tenant_id, job_id, schedule_id, nominal_at, through_nominal_at, instant_count, due_at, state, run_id)
    select s.tenant_id, s.job_id, s.schedule_id, s.nominal_at, s.nominal_at, 1, s.due_at, 'started', s.run_id
    from started s
    on conflict (schedule_id, nominal_at) do nothing
    returning l.run_id
  ),
  made as (
    insert into public.runs
      (id, tenant_id, job_id, trigger, state, ordered_at, scheduled_for, schedule_id, is_exclusive, payload)
    select
      s.run_id, s.tenant_id, s.job_id, 'schedule', 'pending', p_now, s.nominal_at, s.schedule_id,
      s.overlap_policy in ('queue', 'cancel_previous') or (s.overlap_policy = 'skip' and s.is_made_up is true), j.payload
    from started s
    join ledger_of_started l on l.run_id = s.run_id
    join public.jobs j on j.id = s.job_id
    returning id, job_id, is_exclusive
  ),
  skips as (
    select
      d.*,
      coalesce(d.reason, 'overlap') as why,
      -- Skipped by a decision, or missed because no scheduler ran when it was due.
      case when d.reason like 'misfire%' then 'missed' else 'skipped' end as as_state
    from decided d
    where not d.is_started
  ),
  latest as (
    select s.schedule_id, s.nominal_at as of_nominal_at, o.id, o.state, o.reason
    from (select schedule_id, min(nominal_at) as nominal_at from skips group by schedule_id) s
    cross join lateral (
      select l.id, l.state, l.reason from public.occurrences l
      where l.schedule_id = s.schedule_id and l.nominal_at < s.nominal_at
      order by l.nominal_at desc
      limit 1
    ) o
  ),
  -- Consecutive instants that do not run for the same reason share a row, so a disabled schedule adds few rows.
  extended as (
    update public.occurrences o
    set
      through_nominal_at = greatest(o.through_nominal_at, s.through_nominal_at),
      instant_count = o.instant_count + s.instant_count
    from latest l
    join (
      select schedule_id, why, max(coalesce(through_nominal_at, nominal_at)) as through_nominal_at,
        sum(coalesce(instant_count, 1)) as instant_count, count(*) as rows
      from skips group by schedule_id, why
    ) s on s.schedule_id = l.schedule_id and s.why = l.reason
    where o.id = l.id and l.state in ('skipped', 'missed')
      and not exists (select 1 from skips k where k.schedule_id = l.schedule_id and k.why <> l.reason)
      and not exists (select 1 from started t where t.schedule_id = l.schedule_id)
    returning o.schedule_id
  ),
  ledger_of_skipped as (
    insert into public.occurrences
      (tenant_id, job_id, schedule_id, nominal_at, through_nominal_at, instant_count, due_at, state, reason)
    select
      k.tenant_id, k.job_id, k.schedule_id, k.nominal_at, coalesce(k.through_nominal_at, k.nominal_at),
      coalesce(k.instant_count, 1), k.due_at, k.as_state, k.why
    from skips k
    where k.schedule_id not in (select schedule_id from extended)
    on conflict (schedule_id, nominal_at) do nothing
    returning instant_count
  )
  select
    (select array_agg(id) from made),
    (select array_agg(r.id)
      from public.runs r
      where r.state in ('pending', 'running')
        and r.job_id in (select job_id from decided where is_started and overlap_policy = 'cancel_previous')),
    (select coalesce(sum(coalesce(k.instant_count, 1)), 0) from skips k where k.as_state = 'skipped'),
    (select coalesce(sum(coalesce(k.instant_count, 1)), 0) from skips k where k.as_state = 'missed')
    into v_run_ids, v_to_cancel, v_skipped, v_missed;

  -- The statement above saw the runs from before it, so it does not cancel the new ones.
  if v_to_cancel is not null then
    perform private.cancel_runs(v_to_cancel);
    update public.runs r
      set
        message = case when r.state = 'canceled' then v_why ->> 'message' end,
        message_code = case when r.state = 'canceled' then v_why ->> 'code' end,
        message_values = case when r.state = 'canceled' then v_why -> 'values' end,
        error = jsonb_build_object('name', 'Superseded') || v_why
      where r.id = any (v_to_cancel) and (r.state = 'running' or r.state = 'canceled' and r.finished_at >= now());
  end if;
  if v_run_ids is not null then
    perform private.enqueue_runs(v_run_ids);
  end if;

  return jsonb_build_object(
    'moved', cardinality(v_moved),
    'stale', jsonb_array_length(p_plans) - cardinality(v_moved),
    'enqueued', coalesce(cardinality(v_run_ids), 0),
    'skipped', v_skipped,
    'missed', v_missed
  );
end;
$$;
comment on function public.apply_tick(timestamptz, jsonb) is
  'Applies an array of {schedule_id, expected_nominal_at, expected_updated_at, last_nominal_at, next_nominal_at, next_due_at, '
  'occurrences: [{nominal_at, through_nominal_at, instant_count, due_at, decision: run|skip, reason, is_made_up}]}. Concurrent '
  'calls are safe: one instant, one occurrence, one run. Returns {moved, stale, enqueued, skipped, missed}: counts of '
  'schedules, schedules, runs, instants, instants.';

grant execute on function public.apply_tick(timestamptz, jsonb) to service_role;

-- schemas/public/functions/read_scheduler_status.sql
create function public.read_scheduler_status(p_tenant_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'is_enabled', coalesce((select s.is_enabled from public.scheduler_settings s where s.tenant_id = p_tenant_id), true),
      'job_count', count(*),
      'enabled_job_count', count(*) filter (where j.is_enabled),
      'next_due_at', (select min(s.next_due_at) from public.schedules s where s.tenant_id = p_tenant_id)
    )
    from public.jobs j
    where j.tenant_id = p_tenant_id and j.kind = 'plugin'
  ) || public.read_portal_health(p_tenant_id);
end;
$$;
comment on function public.read_scheduler_status(uuid) is
  'The state of a tenant''s scheduler: its switch, its jobs, the next due instant, and the portal''s health.';

grant execute on function public.read_scheduler_status(uuid) to authenticated, service_role;

-- schemas/public/functions/read_schedules_overview.sql
-- One call instead of several, because each round trip costs more than its query. Row level security applies to all that it
-- reads.
create function public.read_schedules_overview(p_tenant_id uuid, p_due_until timestamptz default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'status', public.read_scheduler_status(p_tenant_id),
    'plugins', (
      select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'names', p.names) order by p.name, p.id), '[]')
      from (
        select l.id, l.name, l.manifest -> 'name' as names
        from public.plugins l
        where l.tenant_id = p_tenant_id
        order by l.name, l.id
        limit 500
      ) p
    ),
    'due', case when p_due_until is null then '[]' else (
      select coalesce(jsonb_agg(to_jsonb(d) order by d.next_due_at, d.job_id), '[]')
      from (
        select
          j.id as job_id, j.title, j.titles, j.created_at as job_created_at, p.name as plugin_name,
          p.manifest -> 'name' as plugin_names, s.id as schedule_id, s.schedule_type, s.cron_expression, s.time_zone,
          s.interval_seconds, s.anchor_at, s.run_at,
          s.misfire_policy, s.misfire_limit, s.overlap_policy, s.spread_seconds, s.blackouts, s.catch_up_after_enable,
          s.next_nominal_at, s.next_due_at
        from public.schedules s
        join public.jobs j on j.id = s.job_id
        join public.plugins p on p.id = j.plugin_id
        where s.tenant_id = p_tenant_id
          and s.next_due_at < p_due_until
          and j.kind = 'plugin'
          and j.is_enabled
          and p.is_enabled
        order by s.next_due_at, j.id
        limit 1001
      ) d
    ) end
  );
end;
$$;
comment on function public.read_schedules_overview(uuid, timestamptz) is
  'What the page shows around the list of schedules: the scheduler''s status, the names of up to 500 plugins and, with '
  'p_due_until, the first 1,001 jobs that are due before it, with their schedules.';

grant execute on function public.read_schedules_overview(uuid, timestamptz) to authenticated, service_role;
