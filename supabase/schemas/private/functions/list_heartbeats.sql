create function private.list_heartbeats()
returns table (process text, beat_at timestamptz, age_seconds double precision)
language sql
stable
security definer
set search_path = ''
as $$
  select h.process, h.beat_at, greatest(0, extract(epoch from now() - h.beat_at))::double precision
  from private.heartbeats h;
$$;
comment on function private.list_heartbeats() is
  'Heartbeats of schedulers and workers in the last day. Definer, because members cannot read heartbeats but can see their age.';

grant execute on function private.list_heartbeats() to authenticated, service_role;
