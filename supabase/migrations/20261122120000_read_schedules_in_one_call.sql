-- The list of schedules asked nine questions, each of which costs more to carry than to answer. One function answers how
-- the scheduler is, another adds what the list needs around its rows. Row level security holds for all that they read.

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

create function public.read_schedules_overview(p_tenant_id uuid, p_due_until timestamptz default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'status', public.read_scheduler_status(p_tenant_id),
    'plugins', (
      select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'names', p.names) order by p.name, p.id), '[]')
      from (
        select l.id, l.name, l.manifest -> 'name' as names
        from public.plugins l
        where l.tenant_id = p_tenant_id
        order by l.name, l.id
        limit 500
      ) p
    ),
    'due', case when p_due_until is null then '[]' else (
      select coalesce(jsonb_agg(to_jsonb(d) order by d.next_due_at, d.job_id), '[]')
      from (
        select
          j.id as job_id, j.title, j.titles, j.created_at as job_created_at, p.name as plugin_name,
          p.manifest -> 'name' as plugin_names, s.id as schedule_id, s.schedule_type, s.cron_expression, s.time_zone,
          s.interval_seconds, s.anchor_at, s.run_at,
          s.misfire_policy, s.misfire_limit, s.overlap_policy, s.spread_seconds, s.blackouts, s.catch_up_after_enable,
          s.next_nominal_at, s.next_due_at
        from public.schedules s
        join public.jobs j on j.id = s.job_id
        join public.plugins p on p.id = j.plugin_id
        where s.tenant_id = p_tenant_id
          and s.next_due_at < p_due_until
          and j.kind = 'plugin'
          and j.is_enabled
          and p.is_enabled
        order by s.next_due_at, j.id
        limit 1001
      ) d
    ) end
  );
end;
$$;
comment on function public.read_schedules_overview(uuid, timestamptz) is
  'What stands around the list of schedules: the scheduler''s status, the names of up to 500 plugins, and with p_due_until the '
  '1,001 jobs that are due first before it, with their schedules.';

grant execute on function
  private.list_beats(), public.read_scheduler_status(uuid), public.read_schedules_overview(uuid, timestamptz)
  to authenticated, service_role;
