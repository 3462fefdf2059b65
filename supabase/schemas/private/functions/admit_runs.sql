-- Only runs that may start have a message, so a worker never reads past runs that wait for a limit, and the queue stays short
-- however long the lines are. Never waits: what another transaction holds is left to the next claim.
create function private.admit_runs(p_job_ids uuid[], p_window integer default 10, p_handlers jsonb default null)
returns integer
language plpgsql
security invoker
set search_path = ''
-- Lines are read from their indexes, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  v_queue text;
  v_job_ids uuid[] := p_job_ids;
  v_limited uuid[];
  v_locked uuid[];
  v_surplus uuid[];
  v_ids uuid[];
  v_sent uuid[];
begin
  -- Jobs of a limited plugin share its slots, so those that wait take turns.
  select array_agg(distinct p.id) into v_limited
    from public.jobs j
    join public.plugins p on p.id = j.plugin_id
    where j.id = any (p_job_ids) and p.concurrency_limit is not null;
  if v_limited is not null then
    v_job_ids := array(
      select unnest(v_job_ids)
      union
      select j.id
      from private.jobs_in_line(100) w (id)
      join public.jobs j on j.id = w.id
      join public.plugins p on p.id = j.plugin_id
      where j.plugin_id = any (v_limited) and private.can_handle(p_handlers, p.kind, p.plugin_key, j.plugin_job_name)
    );
    -- Slots are counted under these locks.
    select array_agg(l.id) into v_locked
      from (
        select p.id from public.plugins p where p.id = any (v_limited) order by p.id for no key update skip locked
      ) l;
  end if;
  select array_agg(l.id) into v_job_ids
    from (
      select j.id
      from public.jobs j
      join private.free_slots(v_job_ids, p_window) s on s.job_id = j.id
      where (v_limited is null or j.plugin_id <> all (v_limited) or j.plugin_id = any (v_locked))
        and (s.room > 0 and coalesce(s.plugin_room, 1) > 0 or s.active > j.concurrency_limit or s.plugin_room < 0)
      order by j.id
      for no key update of j skip locked
    ) l;
  if v_job_ids is null then
    return 0;
  end if;

  -- A limit was lowered: the newest runs go back to their line.
  with queued as (
    select q.*, s.job_id, s.plugin_id, s.active - j.concurrency_limit as over_job, -s.plugin_room as over_plugin
    from private.free_slots(v_job_ids, p_window) s
    join public.jobs j on j.id = s.job_id
    cross join lateral (
      select r.id, r.priority, r.ordered_at
      from public.runs r
      where r.job_id = s.job_id and r.finished_at is null and r.queue_message_id is not null and r.state = 'pending'
      for no key update skip locked
    ) q
    where s.active > j.concurrency_limit or s.plugin_room < 0
  ),
  newest_first as (
    select
      q.*,
      row_number() over (partition by q.job_id order by q.priority desc, q.ordered_at desc, q.id desc) as place_in_job,
      row_number() over (partition by q.plugin_id order by q.priority desc, q.ordered_at desc, q.id desc) as place_in_plugin
    from queued q
  )
  select array_agg(n.id) into v_surplus
    from newest_first n
    where n.place_in_job <= n.over_job or n.place_in_plugin <= n.over_plugin;
  if v_surplus is not null then
    perform private.dequeue_runs(v_surplus);
  end if;

  with line as (
    select
      s.job_id, s.plugin_id, s.active, s.plugin_room, w.*,
      row_number() over of_job as place,
      first_value(w.is_exclusive) over of_job as is_first_alone
    from private.free_slots(v_job_ids, p_window) s
    join public.jobs j on j.id = s.job_id
    left join public.scheduler_settings t on t.tenant_id = j.tenant_id
    cross join lateral (
      select r.id, r.priority, r.ordered_at, r.is_exclusive
      from public.runs r
      where r.job_id = s.job_id and r.state = 'pending' and r.queue_message_id is null and r.next_attempt_at is null
        -- These are canceled (private.switched_off_runs).
        and (j.is_enabled and coalesce(t.is_enabled, true) or r.trigger <> 'schedule' or r.started_at is not null)
      order by r.priority, r.ordered_at, r.id
      limit greatest(0, s.room)
      for no key update skip locked
    ) w
    window of_job as (partition by s.job_id order by w.priority, w.ordered_at, w.id)
  ),
  chosen as (
    select
      l.*,
      -- The job with the fewest active runs goes first, then the one that finished a run the longest ago.
      row_number() over (
        partition by l.plugin_id
        order by l.active + l.place, j.latest_ordered_at nulls first, l.priority, l.ordered_at, l.id
      ) as place_in_plugin,
      row_number() over (order by l.active + l.place, l.ordered_at, l.id) as position
    from line l
    join public.jobs j on j.id = l.job_id
    where case
      when l.is_exclusive then l.active + l.place <= 1
      else l.place = 1 or not (l.is_first_alone and l.active = 0)
    end
  )
  select array_agg(c.id order by c.position) into v_ids
    from chosen c
    where c.plugin_room is null or c.place_in_plugin <= c.plugin_room;

  foreach v_queue in array array['runs_high', 'runs'] loop
    select array_agg(r.id order by array_position(v_ids, r.id)) into v_sent
      from public.runs r
      where r.id = any (v_ids) and (r.priority = 'high') = (v_queue = 'runs_high');
    if v_sent is not null then
      update public.runs r
        set queue_name = v_queue, queue_message_id = sent.message_id
        from (
          select v_sent[m.position] as run_id, m.message_id
          from pgmq.send_batch(
            v_queue,
            (select array_agg(jsonb_build_object('run_id', u.id) order by u.position)
              from unnest(v_sent) with ordinality as u (id, position)),
            0
          ) with ordinality as m (message_id, position)
        ) sent
        where r.id = any (v_sent) and r.id = sent.run_id;
    end if;
  end loop;
  return coalesce(cardinality(v_ids), 0);
end;
$$;
comment on function private.admit_runs(uuid[], integer, jsonb) is
  'Queues the next runs of these jobs that may start now, and takes back queued ones that a lowered limit no longer allows. At '
  'most p_window runs of a job are queued before a worker takes them, so that no job fills the queue. p_handlers: only jobs '
  'that this worker can run. Returns how many it queued.';

grant execute on function private.admit_runs(uuid[], integer, jsonb) to service_role;
