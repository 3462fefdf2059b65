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
