create function public.list_heartbeats()
returns table (process text, beat_at timestamptz, age_seconds double precision, details jsonb)
language sql
stable
security invoker
set search_path = ''
as $$
  select h.process, h.beat_at, extract(epoch from now() - h.beat_at)::double precision, h.details
  from private.heartbeats h
  order by h.process;
$$;
comment on function public.list_heartbeats() is 'Schedulers and workers of the last day with the age of their last sign of life in seconds.';

grant execute on function public.list_heartbeats() to service_role;
