create function public.list_job_secrets(p_job_id uuid)
returns table (name text, updated_at timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$ select * from private.list_job_secrets(p_job_id); $$;
comment on function public.list_job_secrets(uuid) is 'Names of a job''s secrets and when each was set (admins).';

grant execute on function public.list_job_secrets(uuid) to authenticated, service_role;
