create function private.list_beats()
returns table (process_kind text, beat_at timestamptz, age_seconds double precision)
language sql
stable
security definer
set search_path = ''
as $$
  select split_part(h.process, ':', 1), h.beat_at, greatest(0, extract(epoch from now() - h.beat_at))::double precision
  from private.heartbeats h;
$$;
comment on function private.list_beats() is
  'Signs of life of schedulers and workers without their names, which hold host names. Definer, because members read no heartbeats.';

grant execute on function private.list_beats() to authenticated, service_role;
