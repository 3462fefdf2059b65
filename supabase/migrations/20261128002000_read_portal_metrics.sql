-- What watches the portal itself reads.

-- schemas/public/functions/read_portal_health.sql
-- The only source of portal health: for the self-check, GET /api/health/ready, GET /api/metrics and the scheduler's status.
-- Planned for each case: the whole portal, or one tenant, for which an index exists.
create function public.read_portal_health(p_tenant_id uuid default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
begin
  return (
    select jsonb_build_object(
      'waiting_count', queue.waiting_count,
      'running_count', queue.running_count,
      'oldest_waiting_seconds', queue.oldest_waiting_seconds,
      'last_tick_at', beats.last_tick_at,
      'tick_age_seconds', beats.tick_age_seconds,
      'workers', beats.workers
    )
    from
      (
        select
          count(*) filter (where r.state = 'pending') as waiting_count,
          count(*) filter (where r.state = 'running') as running_count,
          coalesce(
            max(extract(epoch from now() - greatest(r.received_at, r.next_attempt_at))) filter (where r.state = 'pending'), 0
          )::double precision as oldest_waiting_seconds
        from public.runs r
        where r.state in ('pending', 'running')
          and r.trigger <> 'report'
          and (r.next_attempt_at is null or r.next_attempt_at <= now())
          and (p_tenant_id is null or r.tenant_id = p_tenant_id)
      ) queue
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
  'The portal''s health: runs waiting for a worker (not for their next attempt), running runs and the seconds that the oldest '
  'has waited, of one tenant or of all that the caller can read; the last tick, and the workers of the last day.';

grant execute on function public.read_portal_health(uuid) to authenticated, service_role;

-- schemas/public/functions/read_portal_metrics.sql
create function public.read_portal_metrics(p_tenant_id uuid default null)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'jobs', (
      select coalesce(jsonb_object_agg(c.status, c.jobs), '{}')
      from (
        select
          case when not j.is_enabled then 'disabled' else coalesce(t.last_status, 'unknown') end as status,
          count(*) as jobs
        from public.jobs j
        left join public.job_status t on t.job_id = j.id
        where p_tenant_id is null or j.tenant_id = p_tenant_id
        group by 1
      ) c
    ),
    'runs', (
      select coalesce(jsonb_object_agg(c.state, c.runs), '{}')
      from (
        select r.state, count(*) as runs
        from public.runs r
        where r.state in ('pending', 'running') and (p_tenant_id is null or r.tenant_id = p_tenant_id)
        group by 1
      ) c
    ),
    'recent_runs', (
      select coalesce(jsonb_object_agg(c.state, c.runs), '{}')
      from (
        select r.state, count(*) as runs
        from public.tenants t
        join public.runs r on r.tenant_id = t.id
        where r.ordered_at > now() - interval '5 minutes'
          and r.state in ('success', 'failed', 'canceled')
          and (p_tenant_id is null or t.id = p_tenant_id)
        group by 1
      ) c
    )
  );
$$;
comment on function public.read_portal_metrics(uuid) is
  'Counts for GET /api/metrics: jobs by status, unfinished runs by state, runs of the last 5 minutes by state.';

grant execute on function public.read_portal_metrics(uuid) to service_role;
