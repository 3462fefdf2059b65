create function public.note_plugin_health(
  p_plugin_id uuid, p_health text, p_message text, p_code text default null, p_values jsonb default null
)
returns void
language sql
security invoker
set search_path = ''
as $$
  update public.plugins
    set
      health = p_health, health_message = left(p_message, 500), health_message_code = p_code, health_message_values = p_values,
      health_checked_at = now()
    where id = p_plugin_id;
$$;
comment on function public.note_plugin_health(uuid, text, text, text, jsonb) is
  'Records the result of the last check of a remote plugin.';

grant execute on function public.note_plugin_health(uuid, text, text, text, jsonb) to service_role;
