create function private.has_live_worker()
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select exists (
    select
    from private.heartbeats h
    where (h.process = 'drain' or starts_with(h.process, 'worker:')) and h.beat_at > now() - interval '150 seconds'
  );
$$;
comment on function private.has_live_worker() is
  'Whether a worker, or the route that drains the queue where no worker runs, was alive a moment ago.';

grant execute on function private.has_live_worker() to service_role;
