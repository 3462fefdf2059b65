create function private.set_job_enabled(p_job_id uuid, p_is_enabled boolean)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_job public.jobs;
begin
  select * into v_job from public.jobs where id = p_job_id;
  if v_job.id is null or (v_user_id is not null and v_job.tenant_id not in (select private.my_tenant_ids())) then
    raise exception 'No such job' using errcode = 'P0002';
  end if;
  if v_user_id is not null and v_job.tenant_id not in (select private.my_admin_tenant_ids()) then
    raise exception 'Only admins can do this' using errcode = '42501';
  end if;
  if v_job.kind <> 'plugin' then
    raise exception 'Only plugin jobs are run by the portal' using errcode = '23514', constraint = 'switched_job_is_a_plugin_job';
  end if;

  -- Ticks decide the instants that are due while the job is off, and read from off_periods when it was.
  update public.jobs set is_enabled = p_is_enabled where id = p_job_id and is_enabled <> p_is_enabled;
  return found;
end;
$$;
comment on function private.set_job_enabled(uuid, boolean) is
  'Enables or disables a plugin job; see public.set_job_enabled. A user must be an admin of the job''s tenant; the service '
  'role has already checked. Definer, because the answer tells apart why a job cannot be switched.';

grant execute on function private.set_job_enabled(uuid, boolean) to authenticated, service_role;
