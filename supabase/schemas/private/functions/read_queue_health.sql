create function private.read_queue_health(p_tenant_id uuid)
returns table (oldest_startable_seconds double precision, without_worker_count bigint)
language sql
stable
security definer
set search_path = ''
as $$
  with may_see as materialized (
    select t.id
    from public.tenants t
    where (p_tenant_id is null or t.id = p_tenant_id)
      and ((select auth.uid()) is null or t.id in (select private.my_tenant_ids()))
  ),
  -- Whatever has a message may start. A message that is hidden belongs to a run that a worker holds.
  queued as (
    select case when r.state = 'running' then m.vt else m.enqueued_at end as since
    from public.runs r
    join pgmq.q_runs m on r.queue_name = 'runs' and m.msg_id = r.queue_message_id and m.vt <= clock_timestamp()
    where r.finished_at is null and r.queue_message_id is not null and r.tenant_id in (select id from may_see)
    union all
    select case when r.state = 'running' then m.vt else m.enqueued_at end
    from public.runs r
    join pgmq.q_runs_high m on r.queue_name = 'runs_high' and m.msg_id = r.queue_message_id and m.vt <= clock_timestamp()
    where r.finished_at is null and r.queue_message_id is not null and r.tenant_id in (select id from may_see)
    union all
    (
      select r.next_attempt_at
      from public.runs r
      where r.state = 'pending' and r.queue_message_id is null and r.next_attempt_at <= now()
        and r.tenant_id in (select id from may_see)
      order by r.next_attempt_at
      limit 1
    )
    union all
    -- The first in line of a job that has room, or that only the window holds back.
    select greatest(l.received_at, case when j.concurrency_limit is not null or p.concurrency_limit is not null then j.latest_ordered_at end)
    from (select array_agg(w.id) as ids from private.jobs_in_line(100) w (id)) w
    cross join lateral private.free_slots(w.ids, 10) s
    join public.jobs j on j.id = s.job_id
    join public.plugins p on p.id = j.plugin_id
    left join public.scheduler_settings t on t.tenant_id = j.tenant_id
    cross join lateral (
      select r.received_at, r.attempt, r.is_exclusive
      from public.runs r
      where r.job_id = s.job_id and r.state = 'pending' and r.queue_message_id is null and r.next_attempt_at is null
      order by r.priority, r.ordered_at, r.id
      limit 1
    ) l
    where p.is_enabled and j.is_enabled and coalesce(t.is_enabled, true) and j.tenant_id in (select id from may_see)
      and l.attempt = 0 and (not l.is_exclusive or s.active = 0)
      and (
        (s.room > 0 and coalesce(s.plugin_room, 1) > 0)
        or (j.concurrency_limit is null and p.concurrency_limit is null)
      )
  )
  select
    coalesce((select max(extract(epoch from clock_timestamp() - q.since)) from queued q), 0)::double precision,
    (
      select count(*)
      from private.jobs_without_worker(p_tenant_id) w
      join public.jobs j on j.id = w.job_id
      where j.tenant_id in (select id from may_see)
    );
$$;
comment on function private.read_queue_health(uuid) is
  'How long the oldest run has waited that could start, because neither a limit nor a delay holds it back; and how many jobs '
  'with waiting runs no running worker can run. Of one company, or of all that the caller may see. Definer, because members '
  'read neither the queue nor heartbeats.';

grant execute on function private.read_queue_health(uuid) to authenticated, service_role;
