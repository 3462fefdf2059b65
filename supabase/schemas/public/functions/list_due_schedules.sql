-- Schedulers run on any number of machines, and one whose clock is a day ahead must not treat tomorrow's instants as missed:
-- the database's clock, which all of them share, decides what is due.
create function public.list_due_schedules(p_now timestamptz default null, p_limit integer default 1000)
returns table (
  id uuid,
  superseded_id uuid,
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
  superseded_at timestamptz,
  is_deleted boolean,
  off_periods jsonb,
  as_of timestamptz
)
language plpgsql
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_now timestamptz := coalesce(p_now, now());
  v_is_superseded boolean := exists (select 1 from private.superseded_schedules where next_due_at <= v_now);
begin
  return query
  with due as (
    (
      select s as schedule, s.next_nominal_at, s.next_due_at, null::uuid as superseded_id, null::timestamptz as superseded_at,
        false as is_deleted
      from public.schedules s
      where not v_is_superseded and s.next_due_at <= v_now
      order by s.next_due_at
      limit p_limit
    )
    union all
    (
      select jsonb_populate_record(null::public.schedules, x.schedule), x.next_nominal_at, x.next_due_at, x.id, x.superseded_at,
        x.is_deleted
      from private.superseded_schedules x
      where v_is_superseded and x.next_due_at <= v_now
      order by x.next_due_at
      limit p_limit
    )
  )
  select
    (d.schedule).id, d.superseded_id, (d.schedule).tenant_id, (d.schedule).job_id, (d.schedule).schedule_type,
    (d.schedule).cron_expression, (d.schedule).time_zone, (d.schedule).interval_seconds, (d.schedule).anchor_at,
    (d.schedule).run_at, (d.schedule).misfire_policy, (d.schedule).misfire_limit, (d.schedule).overlap_policy,
    (d.schedule).spread_seconds, (d.schedule).blackouts, (d.schedule).catch_up_after_enable, d.next_nominal_at,
    (d.schedule).updated_at, d.superseded_at, d.is_deleted, o.periods, v_now
  from due d
  join public.jobs j on j.id = (d.schedule).job_id
  cross join lateral (
    select jsonb_agg(jsonb_build_object('since', p.since, 'until', p.until, 'reason', p.reason)) as periods
    from public.off_periods p
    where p.subject_id in (j.id, j.plugin_id, j.tenant_id)
      -- An instant from before the schedule was saved can only be a one-shot that is to run at once.
      and (p.until is null or p.until >= greatest(d.next_nominal_at, (d.schedule).updated_at))
  ) o
  order by d.next_due_at;

  -- Nearly every tick finds nothing and needs only this one call.
  if not found then
    perform public.note_heartbeat('scheduler', jsonb_build_object('due', 0, 'enqueued', 0, 'ticked_for', v_now));
  end if;
end;
$$;
comment on function public.list_due_schedules(timestamptz, integer) is
  'Schedules that are due at p_now (default: the database''s clock, returned as as_of), the longest overdue first. What a changed '
  'or deleted schedule left undecided comes first and alone, with its superseded_id, superseded_at and is_deleted. off_periods: '
  '[{since, until, reason}] of the job, its plugin and its tenant. If nothing is due, records the scheduler''s heartbeat.';

grant execute on function public.list_due_schedules(timestamptz, integer) to service_role;
