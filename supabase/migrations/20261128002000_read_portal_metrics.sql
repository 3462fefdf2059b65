-- What watches the portal itself reads.

-- schemas/public/functions/read_queue_health.sql
create function public.read_queue_health(p_tenant_id uuid default null)
returns table (waiting_count bigint, running_count bigint, oldest_waiting_seconds double precision)
language sql
stable
security invoker
set search_path = ''
as $$
  select
    count(*) filter (where r.state = 'pending'),
    count(*) filter (where r.state = 'running'),
    coalesce(
      max(extract(epoch from now() - greatest(r.received_at, r.next_attempt_at))) filter (where r.state = 'pending'), 0
    )::double precision
  from public.runs r
  where r.state in ('pending', 'running')
    and r.trigger <> 'report'
    and (r.next_attempt_at is null or r.next_attempt_at <= now())
    and (p_tenant_id is null or r.tenant_id = p_tenant_id);
$$;
comment on function public.read_queue_health(uuid) is
  'Runs that wait for a worker (not those that wait for their next attempt), runs that run, and how many seconds the oldest has waited.';

grant execute on function public.read_queue_health(uuid) to service_role;

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
