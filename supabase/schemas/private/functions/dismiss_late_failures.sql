create function private.dismiss_late_failures(p_tenant_id uuid, p_job_id uuid)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_job public.jobs;
  v_actor record;
  v_dismissed uuid[];
begin
  -- Locked, as reports lock it.
  select * into v_job from public.jobs where id = p_job_id and tenant_id = p_tenant_id for no key update;
  if v_job.id is null or (v_user_id is not null and v_job.tenant_id not in (select private.my_tenant_ids())) then
    raise exception 'No such job' using errcode = 'P0002';
  end if;
  if v_user_id is not null and v_job.tenant_id not in (select private.my_admin_tenant_ids()) then
    raise exception 'Only admins can do this' using errcode = '42501';
  end if;
  with dismissed as (
    update public.runs set is_reported_late = false where job_id = p_job_id and is_reported_late returning id
  )
  select array_agg(id) into v_dismissed from dismissed;
  if v_dismissed is null then
    return 0;
  end if;
  perform private.show_late_failures(array[p_job_id]);
  select * into v_actor from private.current_actor(v_job.tenant_id);
  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, after)
  values (
    v_job.tenant_id, v_actor.kind, v_actor.id, v_actor.name, 'jobs.dismiss_late_failures', 'jobs', p_job_id::text,
    v_job.title, jsonb_build_object('run_ids', v_dismissed)
  );
  return cardinality(v_dismissed);
end;
$$;
comment on function private.dismiss_late_failures(uuid, uuid) is
  'Marks the failures of a job that were reported late as known, with an audit row; only for admins of the tenant. Definer, '
  'because members cannot write runs.';

grant execute on function private.dismiss_late_failures(uuid, uuid) to authenticated, service_role;
