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
