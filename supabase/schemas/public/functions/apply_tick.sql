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
  v_past uuid[];
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
  perform 1
    from private.superseded_schedules x
    where x.id in (select (p ->> 'superseded_id')::uuid from jsonb_array_elements(p_plans) p)
    order by x.id
    for no key update;

  -- Compare and set: a plan changes nothing if its instant is no longer the next one, or if a person has changed the schedule
  -- in the meantime.
  with plans as (
    select * from jsonb_to_recordset(p_plans) as p (
      schedule_id uuid, superseded_id uuid, expected_nominal_at timestamptz, expected_updated_at timestamptz,
      last_nominal_at timestamptz, next_nominal_at timestamptz, next_due_at timestamptz
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
      and p.superseded_id is null
      and s.next_nominal_at = p.expected_nominal_at
      and s.updated_at = p.expected_updated_at
    returning s.id
  ),
  past as (
    update private.superseded_schedules x
    set next_nominal_at = p.next_nominal_at, next_due_at = p.next_due_at
    from plans p
    where x.id = p.superseded_id and x.next_nominal_at = p.expected_nominal_at
    returning x.id
  )
  select
    coalesce((select array_agg(id) from moved), '{}'), coalesce((select array_agg(id) from past), '{}')
    into v_moved, v_past;

  -- Decide overlaps and write occurrences.
  with instants as (
    select
      s.schedule_id, s.tenant_id, s.job_id, s.overlap_policy, o.*,
      count(*) filter (where o.decision = 'run') over (partition by s.schedule_id) as wanted,
      row_number() over (partition by s.schedule_id, o.decision order by o.nominal_at) as place
    from jsonb_to_recordset(p_plans) as p (schedule_id uuid, superseded_id uuid, occurrences jsonb)
    join (
      select id as plan_id, id as schedule_id, tenant_id, job_id, overlap_policy from public.schedules where id = any (v_moved)
      union all
      select id, schedule_id, tenant_id, job_id, schedule ->> 'overlap_policy'
        from private.superseded_schedules where id = any (v_past)
    ) s on s.plan_id = coalesce(p.superseded_id, p.schedule_id)
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
        -- All that is made up for runs, one after another, also after a run that is not finished.
        when 'skip' then i.place <= 1 - a.runs or i.is_made_up is true
        -- One run waits, however many are running.
        when 'queue' then i.place <= 2 - least(a.runs - a.waiting, 1) - a.waiting or i.is_made_up is true
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
  delete from private.superseded_schedules where id = any (v_past) and next_nominal_at is null;

  return jsonb_build_object(
    'moved', cardinality(v_moved) + cardinality(v_past),
    'stale', jsonb_array_length(p_plans) - cardinality(v_moved) - cardinality(v_past),
    'enqueued', coalesce(cardinality(v_run_ids), 0),
    'skipped', v_skipped,
    'missed', v_missed
  );
end;
$$;
comment on function public.apply_tick(timestamptz, jsonb) is
  'Applies an array of {schedule_id, superseded_id, expected_nominal_at, expected_updated_at, last_nominal_at, next_nominal_at, '
  'next_due_at, occurrences: [{nominal_at, through_nominal_at, instant_count, due_at, decision: run|skip, reason, is_made_up}]}. '
  'Concurrent calls are safe: one instant, one occurrence, one run. Returns {moved, stale, enqueued, skipped, missed}: counts of '
  'schedules, schedules, runs, instants, instants.';

grant execute on function public.apply_tick(timestamptz, jsonb) to service_role;
