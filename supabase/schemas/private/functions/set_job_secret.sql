create function private.set_job_secret(p_job_id uuid, p_name text, p_value text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_job public.jobs;
  v_actor record;
begin
  select * into v_job from public.jobs where id = p_job_id;
  if v_job.id is null or (v_user_id is not null and v_job.tenant_id not in (select private.my_tenant_ids())) then
    raise exception 'No such job' using errcode = 'P0002';
  end if;
  if v_user_id is not null and v_job.tenant_id not in (select private.my_admin_tenant_ids()) then
    raise exception 'Only admins can do this' using errcode = '42501';
  end if;
  if p_value is null then
    delete from private.job_secrets where job_id = p_job_id and name = p_name;
  else
    insert into private.job_secrets as s (job_id, name, value) values (p_job_id, p_name, p_value)
      on conflict (job_id, name) do update set value = excluded.value, updated_at = now();
  end if;
  select * into v_actor from private.current_actor(v_job.tenant_id);
  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, after)
  values (
    v_job.tenant_id,
    v_actor.kind, v_actor.id, v_actor.name,
    case when p_value is null then 'jobs.delete_secret' else 'jobs.set_secret' end,
    'jobs', p_job_id::text, v_job.title, jsonb_build_object('name', p_name)
  );
end;
$$;
comment on function private.set_job_secret(uuid, text, text) is
  'Sets (null: deletes) a secret of a job, with its audit row; only for admins of the tenant. Definer, because the table is '
  'private.';

grant execute on function private.set_job_secret(uuid, text, text) to authenticated, service_role;
