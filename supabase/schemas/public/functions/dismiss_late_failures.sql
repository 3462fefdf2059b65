create function public.dismiss_late_failures(p_tenant_id uuid, p_job_id uuid)
returns integer
language sql
security invoker
set search_path = ''
as $$ select private.dismiss_late_failures(p_tenant_id, p_job_id); $$;
comment on function public.dismiss_late_failures(uuid, uuid) is
  'Marks the failures of a job that were reported late as known (admins); returns how many. P0002 or 42501.';

grant execute on function public.dismiss_late_failures(uuid, uuid) to authenticated, service_role;
