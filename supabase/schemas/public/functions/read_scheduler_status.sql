create function public.read_scheduler_status(p_tenant_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'is_enabled', coalesce((select s.is_enabled from public.scheduler_settings s where s.tenant_id = p_tenant_id), true),
      'job_count', jobs.count,
      'enabled_job_count', jobs.enabled,
      'next_due_at', (select min(s.next_due_at) from public.schedules s where s.tenant_id = p_tenant_id),
      'waiting_count', queue.waiting_count,
      'running_count', queue.running_count,
      'oldest_waiting_seconds', queue.oldest_waiting_seconds,
      'last_tick_at', beats.last_tick_at,
      'tick_age_seconds', beats.tick_age,
      'worker_ages', beats.worker_ages
    )
    from
      (
        select count(*) as count, count(*) filter (where j.is_enabled) as enabled
        from public.jobs j
        where j.tenant_id = p_tenant_id and j.kind = 'plugin'
      ) jobs
      cross join (
        select
          max(b.beat_at) filter (where b.process_kind = 'scheduler') as last_tick_at,
          min(b.age_seconds) filter (where b.process_kind = 'scheduler') as tick_age,
          coalesce(jsonb_agg(b.age_seconds) filter (where b.process_kind = 'worker'), '[]') as worker_ages
        from private.list_beats() b
      ) beats
      cross join (
        -- As read_queue_health, but within one tenant, for which an index exists.
        select
          count(*) filter (where r.state = 'pending') as waiting_count,
          count(*) filter (where r.state = 'running') as running_count,
          coalesce(
            max(extract(epoch from now() - greatest(r.received_at, r.next_attempt_at))) filter (where r.state = 'pending'), 0
          )::double precision as oldest_waiting_seconds
        from public.runs r
        where r.tenant_id = p_tenant_id
          and r.state in ('pending', 'running')
          and r.trigger <> 'report'
          and (r.next_attempt_at is null or r.next_attempt_at <= now())
      ) queue
  );
end;
$$;
comment on function public.read_scheduler_status(uuid) is
  'How the scheduler of a tenant is: its switch, its jobs, the next due instant, its queue, and whether ticks and workers are alive.';

grant execute on function public.read_scheduler_status(uuid) to authenticated, service_role;
