create function public.set_plugin_secret(p_plugin_id uuid, p_signing_secret text)
returns void
language sql
security invoker
set search_path = ''
as $$ select private.set_plugin_secret(p_plugin_id, p_signing_secret); $$;
comment on function public.set_plugin_secret(uuid, text) is 'Data API entry to private.set_plugin_secret.';

grant execute on function public.set_plugin_secret(uuid, text) to authenticated, service_role;
