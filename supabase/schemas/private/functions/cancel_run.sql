create function private.cancel_run(p_run_id uuid)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_actor record;
  v_run public.runs;
  v_title text;
begin
  select * into v_run from public.runs where id = p_run_id;
  if v_run.id is null or (v_user_id is not null and v_run.tenant_id not in (select private.my_tenant_ids())) then
    raise exception 'No such run' using errcode = 'P0002';
  end if;
  -- Staff can cancel the runs that they started themselves.
  if v_user_id is not null
    and v_run.tenant_id not in (select private.my_admin_tenant_ids())
    and v_run.requested_by is distinct from v_user_id
  then
    raise exception 'Only admins can do this' using errcode = '42501';
  end if;
  if not exists (select 1 from private.cancel_runs(array[p_run_id])) then
    raise exception 'Only a pending or running run of the portal can be canceled (constraint "canceled_run_was_not_finished")'
      using errcode = '23514', constraint = 'canceled_run_was_not_finished';
  end if;
  select * into v_actor from private.current_actor(v_run.tenant_id);
  select title into v_title from public.jobs where id = v_run.job_id;
  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name)
  values (
    v_run.tenant_id,
    v_actor.kind, v_actor.id, v_actor.name,
    'runs.cancel', 'runs', p_run_id::text, v_title
  );
  return (select state from public.runs where id = p_run_id);
end;
$$;
comment on function private.cancel_run(uuid) is
  'Cancels one run for a user or the service role, with its audit row. Definer, because members cannot write runs.';

grant execute on function private.cancel_run(uuid) to authenticated, service_role;
