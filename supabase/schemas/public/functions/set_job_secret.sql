create function public.set_job_secret(p_job_id uuid, p_name text, p_value text)
returns void
language sql
security invoker
set search_path = ''
as $$ select private.set_job_secret(p_job_id, p_name, p_value); $$;
comment on function public.set_job_secret(uuid, text, text) is
  'Sets (null: deletes) the value of {{secret.name}} in a job''s payload (admins). P0002, 42501, or 23514 for an invalid name.';

grant execute on function public.set_job_secret(uuid, text, text) to authenticated, service_role;
