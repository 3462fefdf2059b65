create function public.set_job_enabled(p_job_id uuid, p_is_enabled boolean)
returns boolean
language sql
security invoker
set search_path = ''
as $$
  select private.set_job_enabled(p_job_id, p_is_enabled);
$$;
comment on function public.set_job_enabled(uuid, boolean) is
  'Enables or disables a plugin job (admins); runs in progress continue. Returns whether anything changed. P0002, 42501, 23514 '
  'switched_job_is_a_plugin_job.';

grant execute on function public.set_job_enabled(uuid, boolean) to authenticated, service_role;
