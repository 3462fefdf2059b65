create function public.note_heartbeat(p_process text, p_details jsonb default '{}')
returns void
language sql
security invoker
set search_path = ''
as $$
  insert into private.heartbeats as h (process, beat_at, details) values (p_process, now(), p_details)
    on conflict (process) do update set beat_at = excluded.beat_at, details = excluded.details;
  delete from private.heartbeats where beat_at < now() - interval '1 day';
$$;
comment on function public.note_heartbeat(text, jsonb) is
  'Records that a scheduler or worker is alive; deletes those without a heartbeat for a day.';

grant execute on function public.note_heartbeat(text, jsonb) to service_role;
