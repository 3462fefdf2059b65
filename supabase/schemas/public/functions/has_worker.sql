create function public.has_worker(p_job_id uuid)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select private.has_worker(p.kind, p.plugin_key, j.plugin_job_name)
  from public.jobs j
  join public.plugins p on p.id = j.plugin_id
  where j.id = p_job_id;
$$;
comment on function public.has_worker(uuid) is
  'Whether a running worker can run this job of a plugin; null if the caller cannot see the job or it has no plugin.';

grant execute on function public.has_worker(uuid) to authenticated, service_role;
