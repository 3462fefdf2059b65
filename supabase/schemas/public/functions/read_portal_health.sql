-- The only source of portal health: for the self-check, GET /api/health/ready, GET /api/metrics and the scheduler's status.
create function public.read_portal_health(p_tenant_id uuid default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
-- Planned at each call: the whole portal needs another plan than one tenant, for which there is an index.
set plan_cache_mode = force_custom_plan
as $$
begin
  return (
    select jsonb_build_object(
      'waiting_count', queue.waiting_count,
      'running_count', queue.running_count,
      'oldest_waiting_seconds', startable.oldest_startable_seconds,
      'without_worker_count', startable.without_worker_count,
      'last_tick_at', beats.last_tick_at,
      'tick_age_seconds', beats.tick_age_seconds,
      'workers', beats.workers
    )
    from
      (
        select
          count(*) filter (where r.state = 'pending') as waiting_count,
          count(*) filter (where r.state = 'running') as running_count
        from public.runs r
        where r.state in ('pending', 'running')
          and r.trigger <> 'report'
          and (r.next_attempt_at is null or r.next_attempt_at <= now())
          and (p_tenant_id is null or r.tenant_id = p_tenant_id)
      ) queue
      cross join private.read_queue_health(p_tenant_id) startable
      cross join (
        select
          max(h.beat_at) filter (where h.process = 'scheduler') as last_tick_at,
          min(h.age_seconds) filter (where h.process = 'scheduler') as tick_age_seconds,
          coalesce(
            jsonb_agg(
              jsonb_build_object(
                -- Worker names contain host names, which members must not see.
                'name', case when current_user = 'service_role' then substr(h.process, length('worker:') + 1) end,
                'age_seconds', h.age_seconds
              )
              order by h.process
            ) filter (where starts_with(h.process, 'worker:')),
            '[]'
          ) as workers
        from private.list_heartbeats() h
      ) beats
  );
end;
$$;
comment on function public.read_portal_health(uuid) is
  'The portal''s health: runs that wait (not for their next attempt), running runs, the seconds that the oldest has waited that '
  'could start, and jobs without a worker (private.read_queue_health), of one tenant or of all that the caller can read; the '
  'last tick, and the workers of the last day.';

grant execute on function public.read_portal_health(uuid) to authenticated, service_role;
