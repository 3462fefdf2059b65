create function public.note_plugin_health(p_plugin_id uuid, p_health text, p_message text)
returns void
language sql
security invoker
set search_path = ''
as $$
  update public.plugins set health = p_health, health_message = left(p_message, 500), health_checked_at = now()
    where id = p_plugin_id;
$$;
comment on function public.note_plugin_health(uuid, text, text) is 'Notes what the last check of a remote plugin said.';

grant execute on function public.note_plugin_health(uuid, text, text) to service_role;
