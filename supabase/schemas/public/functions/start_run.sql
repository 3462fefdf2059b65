create function public.start_run(
  p_job_id uuid,
  p_trigger text default 'manual',
  p_payload jsonb default null,
  p_cursor text default null,
  p_has_cursor boolean default false,
  p_origin_run_id uuid default null
)
returns uuid
language sql
security invoker
set search_path = ''
as $$ select private.start_run(p_job_id, p_trigger, p_payload, p_cursor, p_has_cursor, p_origin_run_id); $$;
comment on function public.start_run(uuid, text, jsonb, text, boolean, uuid) is
  'Starts a run of a plugin job now (admins; staff where the job allows it, with the job''s own payload and cursor). p_has_cursor: '
  'start from p_cursor instead of the job''s. Returns the run id. '
  'P0002 no such job, 42501 not allowed, 23514 run_belongs_to_a_plugin_job or run_belongs_to_an_enabled_plugin.';

grant execute on function public.start_run(uuid, text, jsonb, text, boolean, uuid) to authenticated, service_role;
