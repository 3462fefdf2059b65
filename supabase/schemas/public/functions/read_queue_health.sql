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
