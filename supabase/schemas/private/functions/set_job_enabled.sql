-- Enabling a job adds one row of occurrences for the instants that were due while it was disabled.
create function private.set_job_enabled(
  p_job_id uuid, p_is_enabled boolean, p_schedule_updated_at timestamptz, p_next_nominal_at timestamptz,
  p_next_due_at timestamptz, p_missed jsonb
)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_job public.jobs;
  v_schedule public.schedules;
begin
  select * into v_job from public.jobs where id = p_job_id;
  if v_job.id is null or (v_user_id is not null and v_job.tenant_id not in (select private.my_tenant_ids())) then
    raise exception 'No such job' using errcode = 'P0002';
  end if;
  if v_user_id is not null and v_job.tenant_id not in (select private.my_admin_tenant_ids()) then
    raise exception 'Only admins switch jobs' using errcode = '42501';
  end if;
  if v_job.kind <> 'plugin' then
    raise exception 'Only plugin jobs are run by the portal' using errcode = '23514', constraint = 'switched_job_is_a_plugin_job';
  end if;

  -- Lock the schedule before the job, as a tick does.
  select * into v_schedule from public.schedules where job_id = p_job_id for no key update;
  select * into v_job from public.jobs where id = p_job_id for no key update;
  if v_job.is_enabled = p_is_enabled then
    return false;
  end if;
  update public.jobs set is_enabled = p_is_enabled where id = p_job_id;
  if v_schedule.id is null then
    return true;
  end if;
  if not p_is_enabled then
    update public.schedules set next_nominal_at = null, next_due_at = null where id = v_schedule.id;
    return true;
  end if;

  if v_schedule.updated_at is distinct from p_schedule_updated_at
    or (p_missed ->> 'through_nominal_at')::timestamptz > now() + interval '5 minutes'
  then
    raise exception 'The schedule has changed meanwhile' using errcode = '23514', constraint = 'switched_schedule_is_unchanged';
  end if;
  update public.schedules
    set
      next_nominal_at = p_next_nominal_at, next_due_at = p_next_due_at,
      last_nominal_at = coalesce((p_missed ->> 'through_nominal_at')::timestamptz, last_nominal_at)
    where id = v_schedule.id;
  if p_missed is not null then
    insert into public.occurrences
      (tenant_id, job_id, schedule_id, nominal_at, through_nominal_at, instant_count, due_at, state, reason)
    values (
      v_job.tenant_id, v_job.id, v_schedule.id, (p_missed ->> 'nominal_at')::timestamptz,
      (p_missed ->> 'through_nominal_at')::timestamptz, (p_missed ->> 'instant_count')::bigint,
      (p_missed ->> 'due_at')::timestamptz, 'skipped', 'disabled'
    )
    on conflict (schedule_id, nominal_at) do nothing;
  end if;
  return true;
end;
$$;
comment on function private.set_job_enabled(uuid, boolean, timestamptz, timestamptz, timestamptz, jsonb) is
  'Enables or disables a plugin job; see public.set_job_enabled. A user must be an admin of the job''s tenant; the service '
  'role has already checked. Definer, because members cannot write occurrences.';

grant execute on function private.set_job_enabled(uuid, boolean, timestamptz, timestamptz, timestamptz, jsonb)
  to authenticated, service_role;
