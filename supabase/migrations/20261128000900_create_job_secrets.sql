-- Secrets of a job's payload.

-- schemas/private/tables/job_secrets.sql
-- Everyone in the tenant can read a payload, so it contains only the names of its secrets.
create table private.job_secrets (
  job_id uuid not null references public.jobs (id) on delete cascade,
  name text not null,
  value text not null,
  updated_at timestamptz not null default now(),
  primary key (job_id, name),
  constraint job_secret_name_is_a_word check (name ~ '^[a-z][a-z0-9_]{0,63}$'),
  constraint job_secret_value_is_1_to_8000_characters check (length(value) between 1 and 8000)
);

comment on table private.job_secrets is
  'The values of {{secret.name}} in a job''s payload. Admins write them, only workers read them, and no screen shows them.';
comment on column private.job_secrets.job_id is 'The job.';
comment on column private.job_secrets.name is 'Name in the payload.';
comment on column private.job_secrets.value is 'The secret; workers need it unencrypted.';
comment on column private.job_secrets.updated_at is 'When it was last set.';

-- schemas/private/policies/job_secrets.sql
grant select, insert, update, delete on private.job_secrets to service_role;

-- schemas/private/functions/set_job_secret.sql
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
    raise exception 'Only admins set secrets' using errcode = '42501';
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

-- schemas/public/functions/set_job_secret.sql
create function public.set_job_secret(p_job_id uuid, p_name text, p_value text)
returns void
language sql
security invoker
set search_path = ''
as $$ select private.set_job_secret(p_job_id, p_name, p_value); $$;
comment on function public.set_job_secret(uuid, text, text) is
  'Sets (null: deletes) the value of {{secret.name}} in a job''s payload (admins). P0002, 42501, or 23514 for an invalid name.';

grant execute on function public.set_job_secret(uuid, text, text) to authenticated, service_role;

-- schemas/private/functions/list_job_secrets.sql
create function private.list_job_secrets(p_job_id uuid)
returns table (name text, updated_at timestamptz)
language sql
stable
security definer
set search_path = ''
as $$
  select s.name, s.updated_at
  from private.job_secrets s
  join public.jobs j on j.id = s.job_id
  where s.job_id = p_job_id
    and ((select auth.uid()) is null or j.tenant_id in (select private.my_admin_tenant_ids()))
  order by s.name;
$$;
comment on function private.list_job_secrets(uuid) is
  'Names of a job''s secrets, never their values; only for admins of the tenant. Definer, because the table is private.';

grant execute on function private.list_job_secrets(uuid) to authenticated, service_role;

-- schemas/public/functions/list_job_secrets.sql
create function public.list_job_secrets(p_job_id uuid)
returns table (name text, updated_at timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$ select * from private.list_job_secrets(p_job_id); $$;
comment on function public.list_job_secrets(uuid) is 'Names of a job''s secrets and when each was set (admins).';

grant execute on function public.list_job_secrets(uuid) to authenticated, service_role;
