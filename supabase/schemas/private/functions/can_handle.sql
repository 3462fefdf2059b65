create function private.can_handle(p_handlers jsonb, p_kind text, p_plugin_key text, p_job_name text)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select p_handlers is null or p_kind = 'remote'
    or coalesce((p_handlers -> p_plugin_key) operator(pg_catalog.?|) array['*', p_job_name], false);
$$;
comment on function private.can_handle(jsonb, text, text, text) is
  'Whether a worker can run a job: {plugin_key: [job names, or "*"]} are its built-in plugins, null all; every worker can call '
  'remote plugins.';

grant execute on function private.can_handle(jsonb, text, text, text) to service_role;
