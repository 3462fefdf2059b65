-- Queue only runs that may start. Runs that wait for a limit had messages too: workers read past 25,000 of them to find another
-- job's run, and those of a deleted job were left to be read one by one.

alter table public.runs add column release_count integer not null default 0;
alter table public.runs add column deadline_at timestamptz;
comment on column public.runs.release_count is 'How often a worker that had to stop gave it back.';
comment on column public.runs.deadline_at is 'When the current attempt times out; null unless it is running.';
comment on column public.runs.queue_message_id is
  'The id of its message on that queue. A pending run without one waits in the line of its job, or until next_attempt_at.';
comment on column public.runs.next_attempt_at is 'When a pending run can start, if not at once; null once it is due.';

update public.runs r
  set deadline_at = now() + make_interval(secs => j.timeout_seconds)
  from public.jobs j
  where j.id = r.job_id and r.state = 'running' and r.trigger <> 'report';

-- Runs that wait for their next attempt have no message; a limit now counts those that have one.
delete from pgmq.q_runs m
  using public.runs r
  where r.state = 'pending' and r.next_attempt_at > now() and r.queue_name = 'runs' and r.queue_message_id = m.msg_id;
delete from pgmq.q_runs_high m
  using public.runs r
  where r.state = 'pending' and r.next_attempt_at > now() and r.queue_name = 'runs_high' and r.queue_message_id = m.msg_id;
update public.runs
  set
    queue_name = case when next_attempt_at > now() then null else queue_name end,
    queue_message_id = case when next_attempt_at > now() then null else queue_message_id end,
    next_attempt_at = case when next_attempt_at > now() then next_attempt_at end
  where state = 'pending' and next_attempt_at is not null;

drop index public.runs_waiting_alone;
create index runs_queued on public.runs (job_id, state) where finished_at is null and queue_message_id is not null;
create index runs_in_line on public.runs (job_id, priority, ordered_at, id)
  where state = 'pending' and queue_message_id is null and next_attempt_at is null;
create index runs_delayed on public.runs (next_attempt_at)
  where state = 'pending' and queue_message_id is null and next_attempt_at is not null;

drop function public.claim_runs(text, integer, integer);
drop function public.find_open_attempt(uuid, uuid);
drop function private.enqueue_runs(uuid[], integer);
drop function private.own_message(text);

-- schemas/private/triggers/delete_messages_of_job.sql
create function private.delete_messages_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.dequeue_runs(array(
    select r.id from public.runs r
    where r.job_id = old.id and r.finished_at is null and r.queue_message_id is not null
  ));
  return old;
end;
$$;
comment on function private.delete_messages_of_job() is
  'Trigger: deletes the messages of a deleted job''s runs. Definer, because admins delete jobs but cannot write the queue.';

-- schemas/private/triggers/fit_queue_to_limit.sql
create function private.fit_queue_to_limit()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_table_name = 'jobs' then
    perform private.admit_runs(array[new.id]);
  else
    perform private.admit_runs(array(
      select j.id
      from public.jobs j
      where j.tenant_id = new.tenant_id and j.plugin_id = new.id
        and exists (select from public.runs r where r.job_id = j.id and r.state = 'pending')
    ));
  end if;
  return null;
end;
$$;
comment on function private.fit_queue_to_limit() is
  'Trigger: queues more runs, or takes queued ones back, when the limit of a job or plugin changes. Definer, because admins change limits '
  'but cannot write the queue.';

-- schemas/private/functions/admit_runs.sql
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

-- schemas/private/functions/can_handle.sql
create function private.can_handle(p_handlers jsonb, p_kind text, p_plugin_key text, p_job_name text)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select p_handlers is null or p_kind = 'remote'
    or coalesce((p_handlers -> p_plugin_key) operator(pg_catalog.?|) array['*', p_job_name], false);
$$;
comment on function private.can_handle(jsonb, text, text, text) is
  'Whether a worker can run a job: {plugin_key: [job names, or "*"]} are its built-in plugins, null all; every worker can call '
  'remote plugins.';

grant execute on function private.can_handle(jsonb, text, text, text) to service_role;

-- schemas/private/functions/cancel_runs.sql
create or replace function private.cancel_runs(p_run_ids uuid[])
returns setof uuid
language plpgsql
security definer
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  v_pending uuid[];
begin
  -- Sorted, so that two concurrent cancellations lock the same runs in the same order.
  perform 1 from public.runs r where r.id = any (p_run_ids) order by r.id for no key update;
  select array_agg(r.id) into v_pending from public.runs r where r.id = any (p_run_ids) and r.state || '' = 'pending';
  perform private.dequeue_runs(v_pending);
  return query
    update public.runs r
      set
        cancel_requested_at = coalesce(r.cancel_requested_at, now()),
        state = case r.state when 'pending' then 'canceled' else r.state end,
        finished_at = case r.state when 'pending' then now() else r.finished_at end,
        ordered_at = case r.state when 'pending' then now() else r.ordered_at end
      where r.id = any (p_run_ids) and r.state || '' in ('pending', 'running') and r.trigger <> 'report'
      returning r.id;
  if v_pending is not null then
    perform private.show_finished_runs(v_pending);
    perform private.admit_runs(array(select distinct r.job_id from public.runs r where r.id = any (v_pending)));
  end if;
end;
$$;
comment on function private.cancel_runs(uuid[]) is
  'Cancels pending runs at once and asks running ones to stop. Callers check the rights. Definer, because members cannot write '
  'runs.';

grant execute on function private.cancel_runs(uuid[]) to service_role;

-- schemas/private/functions/cancel_switched_off_runs.sql
create or replace function private.cancel_switched_off_runs(p_run_ids uuid[])
returns uuid[]
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  v_off uuid[];
begin
  with finished as (
    update public.runs r
    set
      state = 'canceled', finished_at = now(), ordered_at = now(), next_attempt_at = null,
      message = m.own ->> 'message', message_code = m.own ->> 'code', message_values = m.own -> 'values',
      error = jsonb_build_object('name', 'SwitchedOff') || m.own
    from private.switched_off_runs(p_run_ids) s
    cross join lateral private.own_message(s.code) m (own)
    where r.id = s.run_id and r.id = any (p_run_ids) and r.state || '' = 'pending'
    returning r.id
  )
  select array_agg(id) into v_off from finished;
  if v_off is not null then
    perform private.dequeue_runs(v_off);
    perform private.show_finished_runs(v_off);
  end if;
  return v_off;
end;
$$;
comment on function private.cancel_switched_off_runs(uuid[]) is
  'Cancels those of these runs, locked by the caller, that cannot start because something is disabled; their message says why. '
  'Returns them, or null.';

grant execute on function private.cancel_switched_off_runs(uuid[]) to service_role;

-- schemas/private/functions/dequeue_runs.sql
create function private.dequeue_runs(p_run_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  v_queue text;
  v_message_ids bigint[];
begin
  foreach v_queue in array array['runs_high', 'runs'] loop
    select array_agg(r.queue_message_id) into v_message_ids
      from public.runs r
      where r.id = any (p_run_ids) and r.queue_name = v_queue and r.queue_message_id is not null;
    if v_message_ids is not null then
      perform pgmq.delete(v_queue, v_message_ids);
    end if;
  end loop;
  update public.runs r
    set queue_name = null, queue_message_id = null
    where r.id = any (p_run_ids) and r.state || '' = 'pending' and r.queue_message_id is not null;
end;
$$;
comment on function private.dequeue_runs(uuid[]) is
  'Deletes the messages of these runs, locked by the caller. Those that are pending are back in the line of their job.';

grant execute on function private.dequeue_runs(uuid[]) to service_role;

-- schemas/private/functions/end_overdue_attempt.sql
create function private.end_overdue_attempt(p_run_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
  if exists (
    select from public.runs r
    where r.id = p_run_id and r.state = 'running'
      and r.deadline_at <= clock_timestamp() and r.lease_expires_at <= clock_timestamp()
  ) then
    perform private.take_back_runs(array(
      select r.id
      from public.runs r
      where r.id = any (private.lock_runs(array[p_run_id])) and r.state = 'running'
        and r.deadline_at <= clock_timestamp() and r.lease_expires_at <= clock_timestamp()
    ));
  end if;
end;
$$;
comment on function private.end_overdue_attempt(uuid) is
  'Ends the attempt of a run whose deadline has passed and whose worker has died, so that its timeout applies.';

grant execute on function private.end_overdue_attempt(uuid) to service_role;

-- schemas/private/functions/enqueue_runs.sql
create or replace function private.enqueue_runs(p_run_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
  perform private.admit_runs(array(select distinct r.job_id from public.runs r where r.id = any (p_run_ids)));
end;
$$;
comment on function private.enqueue_runs(uuid[]) is
  'Puts new runs on the queue of their priority if their job has room for them; the others wait in its line.';

grant execute on function private.enqueue_runs(uuid[]) to service_role;

-- schemas/private/functions/free_slots.sql
create function private.free_slots(p_job_ids uuid[], p_window integer)
returns table (job_id uuid, plugin_id uuid, room bigint, active bigint, plugin_room bigint)
language sql
stable
-- Usually few; for the default of 1,000 the planner would read the whole table of jobs.
rows 10
security invoker
set search_path = ''
-- Lines are read from their indexes, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
  select
    j.id, j.plugin_id,
    case
      when not p.is_enabled then 0
      else least(
        coalesce(j.concurrency_limit, 2147483647) - counted.running - counted.queued,
        -- A run that must be alone is not overtaken once it may start.
        case when counted.is_alone then 0 else p_window - counted.queued end
      )
    end,
    counted.running + counted.queued,
    -- The other jobs of a plugin are counted only if it has a limit.
    p.concurrency_limit - (
      case when p.concurrency_limit is not null then (
        select count(*)
        from public.jobs s
        join public.runs r on r.job_id = s.id and r.finished_at is null and r.queue_message_id is not null
        where s.tenant_id = p.tenant_id and s.plugin_id = p.id
      ) end
    )
  from public.jobs j
  join public.plugins p on p.id = j.plugin_id
  cross join lateral (
    select
      count(*) filter (where r.state = 'running') as running,
      count(*) filter (where r.state = 'pending') as queued,
      coalesce(bool_or(r.is_exclusive) filter (where r.state = 'pending'), false) as is_alone
    from public.runs r
    where r.job_id = j.id and r.finished_at is null and r.queue_message_id is not null
  ) counted
  where j.id = any (p_job_ids);
$$;
comment on function private.free_slots(uuid[], integer) is
  'How many more runs of these jobs may be queued: within the limits of the job and its plugin (plugin_room, null without a '
  'limit), and at most p_window that no worker has taken. Negative if a limit was lowered. active: queued and running ones.';

grant execute on function private.free_slots(uuid[], integer) to service_role;

-- schemas/private/functions/has_live_worker.sql
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

-- schemas/private/functions/has_worker.sql
create function private.has_worker(
  p_kind text, p_plugin_key text, p_job_name text, p_within interval default interval '150 seconds'
)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select
    from private.heartbeats h
    where (h.process = 'drain' or starts_with(h.process, 'worker:')) and h.beat_at > now() - p_within
      and private.can_handle(h.details -> 'handlers', p_kind, p_plugin_key, p_job_name)
  );
$$;
comment on function private.has_worker(text, text, text, interval) is
  'Whether a worker that can run this job sent a heartbeat within that time. Definer, because members cannot read heartbeats.';

grant execute on function private.has_worker(text, text, text, interval) to authenticated, service_role;

-- schemas/private/functions/jobs_in_line.sql
-- Jumps from job to job in the index, so the length of a line does not matter.
create function private.jobs_in_line(p_max integer)
returns setof uuid
language plpgsql
-- Usually few; for the default of 1,000 the planner would read the whole table of jobs.
rows 10
security invoker
set search_path = ''
-- Lines are read from their indexes, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  -- Starts at a random job, so that none is left out every time if there are more than p_max.
  v_start uuid := gen_random_uuid();
  v_after uuid := v_start;
  v_is_wrapped boolean := false;
  v_next uuid;
begin
  for v_count in 1..p_max loop
    select r.job_id into v_next
      from public.runs r
      where r.state = 'pending' and r.queue_message_id is null and r.next_attempt_at is null and r.job_id > v_after
      order by r.job_id
      limit 1;
    if v_next is null and not v_is_wrapped then
      v_is_wrapped := true;
      select r.job_id into v_next
        from public.runs r
        where r.state = 'pending' and r.queue_message_id is null and r.next_attempt_at is null
        order by r.job_id
        limit 1;
    end if;
    exit when v_next is null or (v_is_wrapped and v_next > v_start);
    return next v_next;
    v_after := v_next;
  end loop;
end;
$$;
comment on function private.jobs_in_line(integer) is 'Up to p_max jobs that have runs in their line, starting at a random one.';

grant execute on function private.jobs_in_line(integer) to service_role;

-- schemas/private/functions/jobs_without_worker.sql
create function private.jobs_without_worker(p_tenant_id uuid, p_for interval default interval '150 seconds')
returns table (job_id uuid)
language sql
stable
security invoker
set search_path = ''
as $$
  select j.id
  from (
    select w.id from private.jobs_in_line(1000) w (id)
    union
    select r.job_id from public.runs r
    where r.finished_at is null and r.queue_message_id is not null and r.state = 'pending'
  ) w (id)
  join public.jobs j on j.id = w.id
  join public.plugins p on p.id = j.plugin_id
  where (p_tenant_id is null or j.tenant_id = p_tenant_id)
    and private.has_live_worker()
    and not private.has_worker(p.kind, p.plugin_key, j.plugin_job_name, p_for);
$$;
comment on function private.jobs_without_worker(uuid, interval) is
  'Jobs with waiting runs that no worker could have run for that long, although a worker is running.';

grant execute on function private.jobs_without_worker(uuid, interval) to service_role;

-- schemas/private/functions/lock_runs.sql
create function private.lock_runs(p_run_ids uuid[])
returns uuid[]
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  v_run_ids uuid[];
  v_job_ids uuid[];
begin
  select array_agg(l.id) into v_run_ids
    from (
      select r.id from public.runs r where r.id = any (p_run_ids) order by r.id for no key update skip locked
    ) l;
  select array_agg(l.id) into v_job_ids
    from (
      select j.id
      from public.jobs j
      where j.id in (select r.job_id from public.runs r where r.id = any (v_run_ids))
      order by j.id
      for no key update skip locked
    ) l;
  return array(select r.id from public.runs r where r.id = any (v_run_ids) and r.job_id = any (v_job_ids));
end;
$$;
comment on function private.lock_runs(uuid[]) is
  'Locks those of these runs, with their jobs, that no other transaction holds, and returns them. Whoever finishes many runs '
  'without waiting for locks cannot deadlock.';

grant execute on function private.lock_runs(uuid[]) to service_role;

-- schemas/private/functions/own_message.sql
create or replace function private.own_message(p_code text, p_values jsonb default '{}')
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'message',
    coalesce((select replace(s.sentence, '{' || v.key || '}', v.value) from jsonb_each_text(p_values) v), s.sentence),
    'code', s.code, 'values', p_values)
  from (
    values
      ('run.timedOut', 'The attempt timed out after {seconds} s'),
      ('run.tooManyReleases', 'Workers that were stopped returned the run to the queue {count} times'),
      ('run.noWorker', 'For an hour, no running worker had the plugin {plugin} with this job'),
      ('run.workerLost', 'The worker stopped responding during every attempt'),
      ('run.superseded', 'Canceled because the next run of its schedule was due'),
      ('run.pluginOff', 'The plugin was disabled before the run could start'),
      ('run.jobOff', 'The job was disabled before the run could start'),
      ('run.schedulesOff', 'All schedules were stopped before the run could start')
  ) s (code, sentence)
  where s.code = p_code;
$$;
comment on function private.own_message(text, jsonb) is
  'Returns a message of the portal that the database decides: {message, code, values}, with a sentence of '
  'src/domain/portal-messages.ts and at most one value.';

grant execute on function private.own_message(text, jsonb) to service_role;

-- schemas/private/functions/read_queue_health.sql
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

-- schemas/private/functions/refuse_messages.sql
create function private.refuse_messages(p_queue text, p_message_ids bigint[], p_problem text)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
  if p_queue = 'runs_high' then
    update pgmq.q_runs_high m
      set "message" = jsonb_build_object('problem', p_problem, 'message', m.message)
      where m.msg_id = any (p_message_ids);
  else
    update pgmq.q_runs m
      set "message" = jsonb_build_object('problem', p_problem, 'message', m.message)
      where m.msg_id = any (p_message_ids);
  end if;
  perform pgmq.archive(p_queue, p_message_ids);
end;
$$;
comment on function private.refuse_messages(text, bigint[], text) is
  'Archives messages that no worker can use, each as {problem, message}.';

grant execute on function private.refuse_messages(text, bigint[], text) to service_role;

-- schemas/private/functions/seconds_until.sql
create function private.seconds_until(p_at timestamptz)
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$ select greatest(0, ceil(extract(epoch from p_at - clock_timestamp())))::integer; $$;
comment on function private.seconds_until(timestamptz) is 'Whole seconds from now, rounded up; 0 for an instant that has passed.';

grant execute on function private.seconds_until(timestamptz) to service_role;

-- schemas/private/functions/show_finished_runs.sql
create or replace function private.show_finished_runs(p_run_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  v_may_be_late boolean;
begin
  -- In a fixed order, so that two batches with the same jobs cannot deadlock.
  perform 1 from public.jobs j
    where j.id in (select r.job_id from public.runs r where r.id = any (p_run_ids))
    order by j.id
    for no key update;

  insert into public.run_stats_daily as s
    (job_id, day, tenant_id, success_count, failed_count, canceled_count, duration_count, duration_ms_sum, duration_ms_max,
      success_events_sum, success_duration_count, success_duration_ms_sum, started_success_count, started_failed_count,
      started_canceled_count)
  select
    r.job_id,
    d.day,
    r.tenant_id,
    count(*) filter (where d.is_finish and r.state = 'success'),
    count(*) filter (where d.is_finish and r.state = 'failed'),
    count(*) filter (where d.is_finish and r.state = 'canceled'),
    count(r.duration_ms) filter (where d.is_finish and r.state <> 'canceled'),
    coalesce(sum(r.duration_ms) filter (where d.is_finish and r.state <> 'canceled'), 0),
    coalesce(max(r.duration_ms) filter (where d.is_finish and r.state <> 'canceled'), 0),
    coalesce(sum(r.events_processed) filter (where d.is_finish and r.state = 'success'), 0),
    count(r.duration_ms) filter (where d.is_finish and r.state = 'success'),
    coalesce(sum(r.duration_ms) filter (where d.is_finish and r.state = 'success'), 0),
    count(*) filter (where d.is_start and r.state = 'success'),
    count(*) filter (where d.is_start and r.state = 'failed'),
    count(*) filter (where d.is_start and r.state = 'canceled')
  from public.runs r
  join public.tenants t on t.id = r.tenant_id
  cross join lateral (
    select
      (r.ordered_at at time zone t.time_zone)::date as finish_day,
      case when r.trigger <> 'report' then (r.started_or_queued_at at time zone t.time_zone)::date end as start_day
  ) x
  cross join lateral (
    select x.finish_day as day, true as is_finish, x.start_day is not distinct from x.finish_day as is_start
    union all
    select x.start_day, false, true where x.start_day <> x.finish_day
  ) d
  where r.id = any (p_run_ids)
  group by 1, 2, 3
  order by 1, 2
  on conflict (job_id, day) do update set
    success_count = s.success_count + excluded.success_count,
    failed_count = s.failed_count + excluded.failed_count,
    canceled_count = s.canceled_count + excluded.canceled_count,
    duration_count = s.duration_count + excluded.duration_count,
    duration_ms_sum = s.duration_ms_sum + excluded.duration_ms_sum,
    duration_ms_max = greatest(s.duration_ms_max, excluded.duration_ms_max),
    success_events_sum = s.success_events_sum + excluded.success_events_sum,
    success_duration_count = s.success_duration_count + excluded.success_duration_count,
    success_duration_ms_sum = s.success_duration_ms_sum + excluded.success_duration_ms_sum,
    started_success_count = s.started_success_count + excluded.started_success_count,
    started_failed_count = s.started_failed_count + excluded.started_failed_count,
    started_canceled_count = s.started_canceled_count + excluded.started_canceled_count;

  -- There is rarely a late failure, old or new, and looking for one is expensive.
  select bool_or(x.may_be_late)
    into v_may_be_late
    from (
      select
        s.late_failure_run_id is not null
          or r.state = 'failed' and r.ordered_at < greatest(j.latest_ordered_at, max(r.ordered_at) over (partition by r.job_id))
          as may_be_late
      from public.runs r
      join public.jobs j on j.id = r.job_id
      left join public.job_status s on s.job_id = r.job_id
      where r.id = any (p_run_ids)
    ) x;

  -- A failure that arrives behind a newer success must not stay invisible: it is marked until a success of its host arrives
  -- that is not older. A success that had arrived before explains it only if both clocks were measured, because a clock that
  -- fell back makes a new failure look old.
  if v_may_be_late then
    with arrived as (
      select
        r.id, r.job_id, r.state, r.host, r.ordered_at, r.clock_ahead_ms, a.position,
        greatest(
          j.latest_ordered_at,
          max(r.ordered_at) over (
            partition by r.job_id order by a.position rows between unbounded preceding and 1 preceding
          )
        ) as newest_before
      from public.runs r
      join public.jobs j on j.id = r.job_id
      cross join lateral array_position(p_run_ids, r.id) a (position)
      where r.id = any (p_run_ids) and r.state in ('success', 'failed')
    ),
    late as (
      select l.*
      from arrived l
      where l.state = 'failed'
        and l.ordered_at < l.newest_before
        and coalesce(
          (
            select a.state from arrived a
            where a.job_id = l.job_id and a.position < l.position and a.ordered_at = l.newest_before
            order by a.position desc
            limit 1
          ),
          (select s.last_status from public.job_status s where s.job_id = l.job_id)
        ) = 'success'
        and not exists (
          select from arrived a
          where a.job_id = l.job_id and a.state = 'success' and a.host is not distinct from l.host
            and a.ordered_at >= l.ordered_at and a.position > l.position
        )
        -- Only the next 200 runs, because a host that no longer reports could have a long history behind it.
        and (l.clock_ahead_ms is null or not exists (
          select from (
            select r.state, r.host, r.clock_ahead_ms from public.runs r
            where r.job_id = l.job_id and r.ordered_at >= l.ordered_at
            order by r.ordered_at, r.id
            limit 200
          ) r
          where r.state = 'success' and r.host is not distinct from l.host and r.clock_ahead_ms is not null
        ))
    ),
    explained as (
      select distinct r.id
      from arrived a
      join public.runs r
        on r.job_id = a.job_id and r.is_reported_late and r.host is not distinct from a.host and r.ordered_at <= a.ordered_at
      where a.state = 'success'
    )
    update public.runs r
      set is_reported_late = marked.is_late
      from (select id, true as is_late from late union all select id, false from explained) marked
      where r.id = marked.id;
  end if;

  with newest as (
    select distinct on (r.job_id) r.*
    from public.runs r
    where r.id = any (p_run_ids) and r.state in ('success', 'failed')
    order by r.job_id, r.ordered_at desc, array_position(p_run_ids, r.id) desc
  ),
  advanced as (
    update public.jobs j
    set latest_run_id = n.id, latest_ordered_at = n.ordered_at
    from newest n
    where j.id = n.job_id and (j.latest_ordered_at is null or n.ordered_at >= j.latest_ordered_at)
    returning n.id as run_id, j.tenant_id, j.id, j.job_key, j.title, j.tool_id
  )
  insert into public.job_status as s
    (tenant_id, job_id, job_key, title, tool_id, last_status, last_finished_at, last_ordered_at, last_message,
      last_message_code, last_message_values)
  select
    a.tenant_id, a.id, a.job_key, a.title, a.tool_id,
    case n.state when 'success' then 'success' else 'error' end,
    n.finished_at, n.ordered_at, coalesce(n.message, n.error ->> 'message'),
    case when n.message is null then n.error ->> 'code' else n.message_code end,
    case when n.message is null then n.error -> 'values' else n.message_values end
  from advanced a
  join newest n on n.id = a.run_id
  on conflict (job_id) do update set
    title = excluded.title,
    tool_id = excluded.tool_id,
    last_status = excluded.last_status,
    last_finished_at = excluded.last_finished_at,
    last_ordered_at = excluded.last_ordered_at,
    last_message = excluded.last_message,
    last_message_code = excluded.last_message_code,
    last_message_values = excluded.last_message_values,
    updated_at = now();

  if v_may_be_late then
    perform private.show_late_failures(array(select distinct r.job_id from public.runs r where r.id = any (p_run_ids)));
  end if;
end;
$$;
comment on function private.show_finished_runs(uuid[]) is
  'Adds finished runs, in the order of their arrival, to the daily totals and to job_status: the newest of a job, and '
  'failures that arrived behind it.';

grant execute on function private.show_finished_runs(uuid[]) to service_role;

-- schemas/private/functions/switched_off_runs.sql
-- A run that waits while its plugin, job or schedules are disabled is canceled and does not wait for them to be enabled
-- again, because every run must finish without human help.
create or replace function private.switched_off_runs(p_run_ids uuid[])
returns table (run_id uuid, code text)
language sql
stable
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
  select
    r.id,
    case
      when not p.is_enabled then 'run.pluginOff'
      when not j.is_enabled then 'run.jobOff'
      else 'run.schedulesOff'
    end
  from public.runs r
  join public.jobs j on j.id = r.job_id
  join public.plugins p on p.id = j.plugin_id
  left join public.scheduler_settings t on t.tenant_id = r.tenant_id
  where r.id = any (p_run_ids) and r.state || '' = 'pending' and r.trigger <> 'report'
    and (
      not p.is_enabled
      -- A user can start a job whose schedule is disabled, and a run that has started continues with its next attempt.
      or (r.trigger = 'schedule' and r.started_at is null and not (j.is_enabled and coalesce(t.is_enabled, true)))
    );
$$;
comment on function private.switched_off_runs(uuid[]) is
  'Those of these waiting runs that cannot start: every run of a disabled plugin; and scheduled runs without an attempt if '
  'their job or all schedules are disabled.';

grant execute on function private.switched_off_runs(uuid[]) to service_role;

-- schemas/private/functions/take_back_runs.sql
create or replace function private.take_back_runs(p_run_ids uuid[])
returns uuid[]
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  v_queue text;
  v_overdue uuid[];
  v_finished uuid[];
begin
  -- A lease ends with the attempt's deadline, whoever extends it. Its worker has died, so the timeout is recorded here.
  v_overdue := array(
    select r.id from public.runs r
    where r.id = any (p_run_ids) and r.state || '' = 'running' and r.deadline_at <= clock_timestamp() + interval '1 second'
  );
  update public.run_attempts a
    set
      finished_at = clock_timestamp(),
      outcome = case when r.id = any (v_overdue) and r.cancel_requested_at is null then 'timed_out' else 'lost' end,
      error = case when r.id = any (v_overdue) and r.cancel_requested_at is null then
        jsonb_build_object('name', 'AttemptTimeoutError')
          || private.own_message('run.timedOut', jsonb_build_object('seconds', j.timeout_seconds)) end
    from public.runs r
    join public.jobs j on j.id = r.job_id
    where r.id = any (p_run_ids) and a.run_id = r.id and a.attempt = r.attempt and a.finished_at is null;
  -- A worker that dies is not the run's fault, but a run that kills every worker must finish: it gets one attempt more than
  -- its limit of failures.
  with finished as (
    update public.runs r
    set
      state = case when r.cancel_requested_at is not null then 'canceled' else 'failed' end,
      finished_at = clock_timestamp(), ordered_at = clock_timestamp(), attempt_token = null, lease_expires_at = null,
      deadline_at = null,
      duration_ms = greatest(0, (extract(epoch from clock_timestamp() - r.started_at) * 1000)::bigint),
      error = case
        when r.cancel_requested_at is not null then r.error
        when r.id = any (v_overdue) then
          jsonb_build_object('name', 'AttemptTimeoutError')
            || private.own_message('run.timedOut', jsonb_build_object('seconds', j.timeout_seconds))
        else jsonb_build_object('name', 'WorkerLost') || private.own_message('run.workerLost')
      end
    from public.jobs j
    where r.id = any (p_run_ids) and r.state || '' = 'running' and j.id = r.job_id
      and (
        r.cancel_requested_at is not null
        or r.attempt > j.max_attempts
        or (r.attempt = j.max_attempts and r.id = any (v_overdue))
      )
    returning r.id
  )
  select array_agg(id) into v_finished from finished;
  if v_finished is not null then
    perform private.show_finished_runs(v_finished);
    foreach v_queue in array array['runs_high', 'runs'] loop
      perform pgmq.archive(v_queue, array_agg(r.queue_message_id))
        from public.runs r
        where r.id = any (v_finished) and r.queue_name = v_queue and r.queue_message_id is not null
        having count(*) > 0;
    end loop;
  end if;
  update public.runs r
    set
      state = 'pending', attempt_token = null, lease_expires_at = null, deadline_at = null,
      -- As src/domain/run/retry-policy.ts does.
      next_attempt_at = case when r.id = any (v_overdue) and j.backoff_seconds > 0 then
        clock_timestamp()
          + least(j.backoff_seconds * 2 ^ least(greatest(r.attempt - 1, 0), 32), j.max_backoff_seconds)
          * (0.5 + random() / 2) * interval '1 second' end,
      error = case when r.id = any (v_overdue) then
        jsonb_build_object('name', 'AttemptTimeoutError')
          || private.own_message('run.timedOut', jsonb_build_object('seconds', j.timeout_seconds)) else r.error end
    from public.jobs j
    where r.id = any (p_run_ids) and r.state || '' = 'running' and j.id = r.job_id;
  perform private.dequeue_runs(p_run_ids);
  perform private.admit_runs(array(select distinct r.job_id from public.runs r where r.id = any (p_run_ids)));
  return v_finished;
end;
$$;
comment on function private.take_back_runs(uuid[]) is
  'Ends the attempts of runs, locked by the caller, whose lease is over: the runs are pending again or finished. Returns the '
  'finished ones.';

grant execute on function private.take_back_runs(uuid[]) to service_role;

-- schemas/public/functions/claim_runs.sql
-- pgmq has no receipt handle, so the run's attempt token has that role.
create or replace function public.claim_runs(
  p_worker_id text, p_quantity integer, p_lease_seconds integer default 30, p_handlers jsonb default null
)
returns table (
  run_id uuid,
  tenant_id uuid,
  job_id uuid,
  job_key text,
  plugin_id uuid,
  plugin_key text,
  plugin_kind text,
  base_url text,
  signing_secret text,
  secrets jsonb,
  plugin_job_name text,
  manifest_job jsonb,
  trigger text,
  attempt integer,
  max_attempts integer,
  snooze_count integer,
  attempt_token uuid,
  payload jsonb,
  cursor text,
  timeout_seconds integer,
  backoff_seconds integer,
  max_backoff_seconds integer,
  scheduled_for timestamptz
)
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_steps text[] := array['runs_high', 'runs'];
  v_step integer;
  v_queue text;
  v_rounds integer;
  v_left integer := p_quantity;
  v_size integer;
  v_read bigint;
  v_claimed uuid[] := '{}';
  v_message_ids bigint[];
  v_run_ids uuid[];
  v_bad bigint[];
  v_stale bigint[];
  v_locked uuid[];
  v_ids uuid[];
  v_lost uuid[];
  v_off uuid[] := '{}';
  v_foreign uuid[];
  v_jobs uuid[];
  v_normal_first integer := 0;
begin
  -- Nothing in this function waits for another transaction: one that holds a run or a job for long stops only that job.
  -- state || '' keeps the index of states out of the plans, for the same reason as enable_seqscan.

  -- 1. Runs whose delay is over join the line of their job, and lines move up where a job has room.
  with due as (
    update public.runs r
    set next_attempt_at = null
    where r.id in (
      select d.id
      from public.runs d
      where d.state = 'pending' and d.queue_message_id is null and d.next_attempt_at <= now()
      order by d.next_attempt_at
      limit 100
      for no key update skip locked
    )
    returning r.job_id
  )
  select array_agg(distinct d.job_id) into v_jobs from due d;
  v_jobs := array(
    select j.id
    from public.jobs j
    join public.plugins p on p.id = j.plugin_id
    where j.id = any (v_jobs || array(select private.jobs_in_line(100)))
      and private.can_handle(p_handlers, p.kind, p.plugin_key, j.plugin_job_name)
  );
  if cardinality(v_jobs) > 0 then
    perform private.admit_runs(v_jobs, greatest(10, p_quantity), p_handlers);
  end if;

  -- 2. Runs that people start go first; but if scheduled ones have waited for ten seconds, they get every fourth slot.
  if exists (
    select from (select m.vt, m.enqueued_at from pgmq.q_runs m order by m.msg_id limit 1) oldest
    where oldest.enqueued_at < clock_timestamp() - interval '10 seconds' and oldest.vt <= clock_timestamp()
  ) then
    v_normal_first := floor(p_quantity / 4.0 + random());
    v_steps := array['runs'] || v_steps;
  end if;

  for v_step in 1..cardinality(v_steps) loop
    v_queue := v_steps[v_step];
    v_left := p_quantity - cardinality(v_claimed);
    if cardinality(v_steps) = 3 and v_step = 1 then
      v_left := v_normal_first;
    end if;
    v_rounds := 0;
    -- Read again if messages turned out to be unusable; from the second time on, at least 50 of them.
    while v_left > 0 and v_rounds < 20 loop
      v_rounds := v_rounds + 1;
      v_size := case when v_rounds = 1 then v_left else greatest(v_left, 50) end;

      -- 3. Read messages: pgmq hides them until the lease ends.
      select
          array_agg(m.msg_id order by m.msg_id), array_agg(m.run_id order by m.msg_id),
          array_agg(m.msg_id) filter (where m.run_id is null), count(*)
        into v_message_ids, v_run_ids, v_bad, v_read
        from (
          select
            q.msg_id,
            case when q.message ->> 'run_id' ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
              then (q.message ->> 'run_id')::uuid end as run_id
          from pgmq.read(v_queue, p_lease_seconds, v_size) q
        ) m;
      exit when v_read = 0;
      if v_bad is not null then
        perform private.refuse_messages(v_queue, v_bad, 'The message names no run');
      end if;

      -- 4. Delete the messages of runs that have finished, are deleted or have another message by now. A run that another
      -- transaction holds is looked at again after a second, unless that transaction changes its message.
      select array_agg(l.id) into v_locked
        from (
          select r.id from public.runs r where r.id = any (v_run_ids) order by r.id for no key update skip locked
        ) l;
      select
          array_agg(m.message_id) filter (where r.id is null),
          array_agg(r.id order by m.message_id) filter (where r.id = any (v_locked))
        into v_stale, v_ids
        from unnest(v_message_ids, v_run_ids) as m (message_id, run_id)
        left join public.runs r on r.id = m.run_id and r.state || '' in ('pending', 'running')
          and r.queue_name = v_queue and r.queue_message_id = m.message_id
        where m.run_id is not null;
      if v_stale is not null then
        perform pgmq.delete(v_queue, v_stale);
      end if;
      perform pgmq.set_vt(v_queue, m.message_id, 1)
        from unnest(v_message_ids, v_run_ids) as m (message_id, run_id)
        where m.run_id is not null and not m.run_id = any (coalesce(v_locked, '{}'))
          and (v_stale is null or not m.message_id = any (v_stale));

      -- 5. The worker of a run that is still running is lost: its message came back because no worker extended the lease. The
      -- message was set a moment before the lease, so the lease counts as over one second early.
      select array_agg(r.id) into v_lost
        from public.runs r
        where r.id = any (v_ids) and r.state || '' = 'running'
          and r.lease_expires_at <= clock_timestamp() + interval '1 second';
      if v_lost is not null then
        perform pgmq.set_vt(v_queue, r.queue_message_id, 1) from public.runs r where r.id = any (v_lost);
        perform private.take_back_runs(private.lock_runs(v_lost));
      end if;

      -- 6. What cannot start here: runs of anything disabled, which end below, and those of plugins that this worker does not
      -- have, which go back to the line for a worker that has them.
      v_off := v_off || array(select s.run_id from private.switched_off_runs(v_ids) s);
      select array_agg(r.id) into v_foreign
        from public.runs r
        join public.jobs j on j.id = r.job_id
        join public.plugins p on p.id = j.plugin_id
        where r.id = any (v_ids) and r.state || '' = 'pending' and r.queue_message_id = any (v_message_ids)
          and not private.can_handle(p_handlers, p.kind, p.plugin_key, j.plugin_job_name);
      if v_foreign is not null then
        perform private.dequeue_runs(v_foreign);
      end if;
      select array_agg(r.id order by r.queue_message_id) into v_ids
        from public.runs r
        where r.id = any (v_ids) and r.state || '' = 'pending' and r.queue_message_id = any (v_message_ids) and r.id <> all (v_off);
      perform pgmq.set_vt(v_queue, r.queue_message_id, 0) from public.runs r where r.id = any (v_ids[v_left + 1:]);

      -- 7. Lease the remaining runs. Their limits were kept when they got their messages (private.admit_runs).
      with leased as (
        update public.runs r
        set
          state = 'running', attempt = r.attempt + 1, attempt_token = gen_random_uuid(), worker_id = p_worker_id,
          lease_expires_at = clock_timestamp() + make_interval(secs => p_lease_seconds),
          deadline_at = clock_timestamp() + make_interval(secs => j.timeout_seconds),
          started_at = coalesce(r.started_at, clock_timestamp()), next_attempt_at = null,
          -- Other runs may have moved the cursor forward since an earlier attempt; going back would lose their work.
          cursor_before = case when r.has_own_cursor then r.cursor_before else j.cursor end
        from public.jobs j
        where r.id = any (v_ids[:v_left]) and r.state || '' = 'pending' and j.id = r.job_id
        returning r.id, r.attempt, r.tenant_id
      ),
      noted as (
        insert into public.run_attempts (run_id, attempt, tenant_id, worker_id, started_at)
        select l.id, l.attempt, l.tenant_id, p_worker_id, clock_timestamp() from leased l
        returning run_id
      )
      select v_claimed || coalesce(array_agg(run_id), '{}') into v_claimed from noted;
      v_left := v_left - least(v_left, coalesce(cardinality(v_ids), 0));
      exit when v_read < v_size and v_lost is null;
    end loop;
  end loop;

  -- 8. Cancel what cannot start because something is disabled, also in the lines.
  v_off := v_off || array(
    select r.id
    from private.jobs_in_line(100) w (id)
    join public.jobs j on j.id = w.id
    join public.plugins p on p.id = j.plugin_id
    left join public.scheduler_settings t on t.tenant_id = j.tenant_id
    cross join lateral (
      select l.id
      from public.runs l
      where l.job_id = j.id and l.state = 'pending' and l.queue_message_id is null and l.next_attempt_at is null
      order by l.priority desc
      limit 100
    ) r
    where not (p.is_enabled and j.is_enabled and coalesce(t.is_enabled, true))
    limit 500
  );
  if cardinality(v_off) > 0 then
    perform private.cancel_switched_off_runs(private.lock_runs(v_off));
  end if;

  return query
    select
      r.id, r.tenant_id, r.job_id, j.job_key, p.id, p.plugin_key, p.kind, p.base_url, x.signing_secret,
      (select jsonb_object_agg(k.name, k.value) from private.job_secrets k where k.job_id = j.id),
      j.plugin_job_name,
      case when p.kind = 'remote' then jsonb_path_query_first(
        p.manifest, '$.jobs[*] ? (@.name == $name)', jsonb_build_object('name', j.plugin_job_name)) end,
      r.trigger, r.attempt, j.max_attempts, r.snooze_count, r.attempt_token, coalesce(r.payload, j.payload), nullif(r.cursor_before, ''),
      j.timeout_seconds, j.backoff_seconds, j.max_backoff_seconds, r.scheduled_for
    from public.runs r
    join public.jobs j on j.id = r.job_id
    join public.plugins p on p.id = j.plugin_id
    left join private.plugin_secrets x on x.plugin_id = p.id
    where r.id = any (v_claimed);
end;
$$;
comment on function public.claim_runs(text, integer, integer, jsonb) is
  'Leases up to p_quantity runs to a worker, starting with the runs that people wait for. p_handlers: what it can run '
  '(private.can_handle). A run whose worker stopped responding is leased again; one that too many workers lost fails. Runs of '
  'anything disabled are canceled (private.cancel_switched_off_runs). A message that names no run is archived with the reason.';

grant execute on function public.claim_runs(text, integer, integer, jsonb) to service_role;

-- schemas/public/functions/extend_leases.sql
create or replace function public.extend_leases(p_attempts jsonb, p_lease_seconds integer default 30)
returns table (run_id uuid, is_cancel_requested boolean)
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_given uuid[] := array(select (a ->> 'run_id')::uuid from jsonb_array_elements(p_attempts) a);
begin
  perform 1 from public.runs r where r.id = any (v_given) order by r.id for no key update;
  return query
    with extended as (
      update public.runs r
      set
        -- The worker ends the attempt at its deadline; a worker that does not, for whatever reason, loses it.
        lease_expires_at = least(
          clock_timestamp() + make_interval(secs => p_lease_seconds),
          coalesce(r.deadline_at, 'infinity') + make_interval(secs => p_lease_seconds)
        ),
        progress = coalesce(a.progress, r.progress)
      from jsonb_to_recordset(p_attempts) as a (run_id uuid, attempt_token uuid, progress jsonb)
      where r.id = any (v_given) and r.id = a.run_id and r.state || '' = 'running' and r.attempt_token = a.attempt_token
      returning r.id, r.cancel_requested_at, r.queue_name, r.queue_message_id, r.lease_expires_at
    )
    select e.id, e.cancel_requested_at is not null
    from extended e
    -- A lost message does not end the lease: the run continues, and only the reaper needs the message, if the worker dies.
    left join lateral pgmq.set_vt(e.queue_name, e.queue_message_id, private.seconds_until(e.lease_expires_at)) v on true;
end;
$$;
comment on function public.extend_leases(jsonb, integer) is
  'Heartbeat of a worker: [{run_id, attempt_token, progress?}]. Returns the runs that it still holds and whether to cancel '
  'them; a run that is missing from the result was lost. No lease lasts longer than p_lease_seconds after the deadline.';

grant execute on function public.extend_leases(jsonb, integer) to service_role;

-- schemas/public/functions/find_open_attempt.sql
-- The job's secrets must be redacted from a remote plugin's later reports, as from its immediate response.
create or replace function public.find_open_attempt(p_run_id uuid, p_attempt_token uuid)
returns table (
  attempt integer,
  snooze_count integer,
  max_attempts integer,
  backoff_seconds integer,
  max_backoff_seconds integer,
  is_cancel_requested boolean,
  secrets text[]
)
language plpgsql
security invoker
set search_path = ''
as $$
begin
  perform private.end_overdue_attempt(p_run_id);
  return query select
    r.attempt, r.snooze_count, j.max_attempts, j.backoff_seconds, j.max_backoff_seconds, r.cancel_requested_at is not null,
    array(
      select s.value from private.job_secrets s where s.job_id = r.job_id
      union all
      select p.signing_secret from private.plugin_secrets p where p.plugin_id = j.plugin_id
    )
  from public.runs r
  join public.jobs j on j.id = r.job_id
  where r.id = p_run_id and r.attempt_token = p_attempt_token and r.state = 'running';
end;
$$;
comment on function public.find_open_attempt(uuid, uuid) is
  'Returns the attempt of a run for this token, with what decides its next step and the secrets to redact from what its plugin '
  'reports; nothing if it has finished, its time is up, or the token is wrong.';

grant execute on function public.find_open_attempt(uuid, uuid) to service_role;

-- schemas/public/functions/finish_attempts.sql
create or replace function public.finish_attempts(p_results jsonb)
returns table (run_id uuid, state text)
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  -- Arrays of ids, even where a join would do: they make the planner use the primary key, however long the queue is.
  v_given uuid[] := array(select (a ->> 'run_id')::uuid from jsonb_array_elements(p_results) a);
  v_results jsonb;
  v_held uuid[];
  v_jobs uuid[];
  v_finished uuid[];
  v_gave_up jsonb := private.own_message('run.tooManyReleases', '{"count": 100}');
begin
  -- Lock runs before jobs, as claim_runs does, so that the two cannot deadlock.
  perform 1 from public.runs r where r.id = any (v_given) order by r.id for no key update;

  -- Only the token of the current attempt can finish it: results of a lost lease are rejected. A run whose cancellation was
  -- requested is not tried again.
  select
      jsonb_agg(case
        when r.cancel_requested_at is not null and a ->> 'state' = 'pending'
        then a || '{"state": "canceled", "attempt_outcome": "canceled"}'
        -- A run that takes longer than any of its workers lives must finish, too.
        when a ->> 'attempt_outcome' = 'released' and r.release_count >= 100
        then a || jsonb_build_object('state', 'failed', 'attempt_outcome', 'failed',
          'error', jsonb_build_object('name', 'TooManyReleasesError') || v_gave_up,
          'message_code', v_gave_up ->> 'code', 'message_values', v_gave_up -> 'values', 'message', v_gave_up ->> 'message')
        else a end),
      array_agg(r.id),
      array_agg(distinct r.job_id)
    into v_results, v_held, v_jobs
    from jsonb_array_elements(p_results) a
    join public.runs r on r.id = (a ->> 'run_id')::uuid and r.attempt_token = (a ->> 'attempt_token')::uuid
    where r.id = any (v_given) and r.state || '' = 'running';
  if v_held is null then
    return;
  end if;
  perform 1 from public.jobs j where j.id = any (v_jobs) order by j.id for no key update;

  update public.run_attempts t
    set
      finished_at = clock_timestamp(), outcome = a.attempt_outcome,
      error = case when a.error is null then null else a.error - 'stack' end
    from jsonb_to_recordset(v_results) as a (run_id uuid, attempt_outcome text, error jsonb)
    join public.runs r on r.id = a.run_id
    where r.id = any (v_held) and t.run_id = a.run_id and t.attempt = r.attempt and t.finished_at is null;
  -- An attempt that does not count leaves no row, so that the next one can use its number.
  delete from public.run_attempts t
    using jsonb_to_recordset(v_results) as a (run_id uuid, attempt_outcome text)
    join public.runs r on r.id = a.run_id
    where r.id = any (v_held) and a.attempt_outcome in ('released', 'snoozed') and t.run_id = a.run_id and t.attempt = r.attempt;

  insert into public.run_error_stacks as s (run_id, tenant_id, stack)
    select a.run_id, r.tenant_id, a.error ->> 'stack'
    from jsonb_to_recordset(v_results) as a (run_id uuid, error jsonb)
    join public.runs r on r.id = a.run_id
    where r.id = any (v_held) and a.error ->> 'stack' is not null
    on conflict (run_id) do update set stack = excluded.stack;

  insert into public.run_logs as l (run_id, tenant_id, head, tail, cut_characters)
    select a.run_id, r.tenant_id, a.log ->> 'head', coalesce(a.log ->> 'tail', ''), coalesce((a.log ->> 'cut_characters')::bigint, 0)
    from jsonb_to_recordset(v_results) as a (run_id uuid, log jsonb)
    join public.runs r on r.id = a.run_id
    where r.id = any (v_held) and a.log ->> 'head' is not null
    on conflict (run_id) do update set
      head = excluded.head, tail = excluded.tail, cut_characters = excluded.cut_characters;

  -- The cursor moves in the transaction of the success, or not at all; of two successes, the run that started later wins. A run
  -- from another cursor leaves it where it is: it made up for something old, and the next run continues as before.
  if exists (select 1 from jsonb_array_elements(v_results) a where a ->> 'state' = 'success' and a ->> 'cursor' is not null) then
    -- The run itself records this; the audit log is for what people change.
    perform set_config('portal.audits_itself', 'yes', true);
    update public.jobs j
      set cursor = newest.cursor
      from (
        select distinct on (r.job_id) r.job_id, a.cursor
        from jsonb_to_recordset(v_results) as a (run_id uuid, state text, cursor text)
        join public.runs r on r.id = a.run_id
        where r.id = any (v_held) and a.state = 'success' and a.cursor is not null and not r.has_own_cursor
        order by r.job_id, r.started_at desc, r.id desc
      ) newest
      where j.id = newest.job_id;
    perform set_config('portal.audits_itself', '', true);
  end if;

  update public.runs r
    set
      state = a.state,
      finished_at = case when a.state = 'pending' then null else clock_timestamp() end,
      ordered_at = case when a.state = 'pending' then r.ordered_at else clock_timestamp() end,
      duration_ms = case when a.state = 'pending' then null
        else greatest(0, (extract(epoch from clock_timestamp() - r.started_at) * 1000)::bigint) end,
      -- A released or snoozed attempt does not count as an attempt of the run.
      attempt = case when a.attempt_outcome in ('released', 'snoozed') then r.attempt - 1 else r.attempt end,
      snooze_count = r.snooze_count + (a.attempt_outcome = 'snoozed')::integer,
      release_count = r.release_count + (a.attempt_outcome = 'released')::integer,
      attempt_token = null,
      lease_expires_at = null,
      deadline_at = null,
      next_attempt_at = case when a.state = 'pending' and a.delay_seconds > 0
        then clock_timestamp() + make_interval(secs => a.delay_seconds) end,
      -- A success without a message keeps the message that the run had, with its code.
      message = case when a.message is null and a.state = 'success' then r.message else a.message end,
      message_code = case when a.message is null and a.state = 'success' then r.message_code else a.message_code end,
      message_values = case when a.message is null and a.state = 'success' then r.message_values else a.message_values end,
      error = case when a.state = 'success' then null when a.error is null then r.error else a.error - 'stack' end,
      result = coalesce(a.result, r.result),
      progress = coalesce(a.progress, r.progress),
      events_processed = coalesce(a.events_processed, r.events_processed),
      cursor_after = case when a.state = 'success' then a.cursor end
    from jsonb_to_recordset(v_results) as a (
      run_id uuid, state text, attempt_outcome text, delay_seconds double precision, message text, message_code text,
      message_values jsonb, error jsonb, result jsonb, progress jsonb, events_processed integer, cursor text
    )
    where r.id = a.run_id and r.id = any (v_held);

  perform private.dequeue_runs(v_held);

  select array_agg(r.id) into v_finished from public.runs r where r.id = any (v_held) and r.state <> 'pending';
  if v_finished is not null then
    perform private.show_finished_runs(v_finished);
  end if;

  -- The next runs in line start at once.
  perform private.admit_runs(v_jobs);

  return query select r.id, r.state from public.runs r where r.id = any (v_held);
end;
$$;
comment on function public.finish_attempts(jsonb) is
  'Finishes attempts: [{run_id, attempt_token, state: success|failed|canceled|pending, attempt_outcome, delay_seconds, '
  'message, message_code, message_values, error, result, progress, events_processed, cursor, log}]. pending: try again after '
  'delay_seconds. Returns the runs whose token was valid; results of a lost lease are rejected and missing.';

grant execute on function public.finish_attempts(jsonb) to service_role;

-- schemas/public/functions/has_worker.sql
create function public.has_worker(p_job_id uuid)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select private.has_worker(p.kind, p.plugin_key, j.plugin_job_name)
  from public.jobs j
  join public.plugins p on p.id = j.plugin_id
  where j.id = p_job_id;
$$;
comment on function public.has_worker(uuid) is
  'Whether a running worker can run this job of a plugin; null if the caller cannot see the job or it has no plugin.';

grant execute on function public.has_worker(uuid) to authenticated, service_role;

-- schemas/public/functions/look_at_leases.sql
create or replace function public.look_at_leases(p_attempts jsonb)
returns table (run_id uuid, is_cancel_requested boolean)
language sql
stable
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
  select r.id, r.cancel_requested_at is not null
  from jsonb_to_recordset(p_attempts) as a (run_id uuid, attempt_token uuid)
  join public.runs r on r.id = a.run_id and r.state = 'running' and r.attempt_token = a.attempt_token;
$$;
comment on function public.look_at_leases(jsonb) is
  'Like extend_leases, but only reads. Workers call it between heartbeats, so that a cancellation reaches them within seconds.';

grant execute on function public.look_at_leases(jsonb) to service_role;

-- schemas/public/functions/note_plugin_progress.sql
create function public.note_plugin_progress(
  p_run_id uuid, p_attempt_token uuid, p_progress jsonb default null, p_lease_seconds integer default 30
)
returns boolean
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_run record;
begin
  update public.runs r
    set
      progress = coalesce(p_progress, r.progress),
      -- Never beyond the deadline, and never shorter than the lease that the worker has.
      lease_expires_at = greatest(
        r.lease_expires_at, least(clock_timestamp() + make_interval(secs => p_lease_seconds), r.deadline_at)
      )
    where r.id = p_run_id and r.attempt_token = p_attempt_token and r.state = 'running'
    returning r.queue_name, r.queue_message_id, r.lease_expires_at, r.cancel_requested_at into v_run;
  if not found then
    return null;
  end if;
  perform pgmq.set_vt(v_run.queue_name, v_run.queue_message_id, private.seconds_until(v_run.lease_expires_at))
    where v_run.queue_message_id is not null;
  return v_run.cancel_requested_at is not null;
end;
$$;
comment on function public.note_plugin_progress(uuid, uuid, jsonb, integer) is
  'Records the progress of a remote plugin, which keeps the run if its worker died, but not beyond the deadline of the attempt. '
  'Returns whether to stop; null if the attempt is not open.';

grant execute on function public.note_plugin_progress(uuid, uuid, jsonb, integer) to service_role;

-- schemas/public/functions/read_portal_health.sql
-- The only source of portal health: for the self-check, GET /api/health/ready, GET /api/metrics and the scheduler's status.
create or replace function public.read_portal_health(p_tenant_id uuid default null)
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

-- schemas/public/functions/reap_runs.sql
-- Every run finishes without human help: this finds the runs that no message and no worker would finish, a limited number at
-- a time.
create or replace function public.reap_runs()
returns jsonb
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  v_ids uuid[];
  v_requeued integer := 0;
  v_finished integer := 0;
  v_done uuid[];
begin
  -- Every worker calls this; one at a time is enough.
  if not pg_try_advisory_xact_lock(hashtext('tc_portal.reap_runs')) then
    return jsonb_build_object('requeued', 0, 'finished', 0);
  end if;

  -- Waiting runs may wait long: cancel at once those that cannot start, so that the run history shows it.
  v_done := private.cancel_switched_off_runs(private.lock_runs(array(
    select r.id
    from public.jobs j
    join public.plugins p on p.id = j.plugin_id
    left join public.scheduler_settings t on t.tenant_id = j.tenant_id
    cross join lateral (
      select l.id
      from public.runs l
      where l.job_id = j.id and l.state = 'pending'
        and (not p.is_enabled or (l.trigger = 'schedule' and l.started_at is null))
      limit 1000
    ) r
    where not (p.is_enabled and j.is_enabled and coalesce(t.is_enabled, true))
    limit 1000
  )));
  v_finished := coalesce(cardinality(v_done), 0);

  -- Runs whose lease ended and whom no claim took back, because their message is lost or every worker is busy.
  v_ids := array(
    select r.id
    from public.runs r
    where r.id = any (private.lock_runs(array(
        select l.id
        from public.runs l
        where l.lease_expires_at < now() - interval '10 seconds'
        order by l.lease_expires_at
        limit 1000
      )))
      and r.state = 'running' and r.lease_expires_at < now() - interval '10 seconds'
  );
  if cardinality(v_ids) > 0 then
    v_done := private.take_back_runs(v_ids);
    v_finished := v_finished + coalesce(cardinality(v_done), 0);
    v_requeued := cardinality(v_ids) - coalesce(cardinality(v_done), 0);
  end if;

  -- Runs whose message is lost. Lock first, then check again: skip a run that a worker has just started or finished.
  v_ids := private.lock_runs(array(
    select r.id
    from public.runs r
    where r.finished_at is null and r.queue_message_id is not null and r.state = 'pending'
      and not exists (select from pgmq.q_runs m where r.queue_name = 'runs' and m.msg_id = r.queue_message_id)
      and not exists (select from pgmq.q_runs_high m where r.queue_name = 'runs_high' and m.msg_id = r.queue_message_id)
    limit 1000
  ));
  v_ids := array(
    select r.id
    from public.runs r
    where r.id = any (v_ids) and r.finished_at is null and r.queue_message_id is not null and r.state = 'pending'
      and not exists (select from pgmq.q_runs m where r.queue_name = 'runs' and m.msg_id = r.queue_message_id)
      and not exists (select from pgmq.q_runs_high m where r.queue_name = 'runs_high' and m.msg_id = r.queue_message_id)
  );
  if cardinality(v_ids) > 0 then
    perform private.dequeue_runs(v_ids);
    perform private.admit_runs(array(select distinct r.job_id from public.runs r where r.id = any (v_ids)));
    v_requeued := v_requeued + cardinality(v_ids);
  end if;

  -- Runs that no worker can run, although workers run: the plugin was removed, or never arrived.
  v_ids := private.lock_runs(array(
    select r.id
    from private.jobs_without_worker(null, interval '1 hour') w
    cross join lateral (
      select l.id
      from public.runs l
      where l.job_id = w.job_id and l.state = 'pending'
        and greatest(l.received_at, l.next_attempt_at) < clock_timestamp() - interval '1 hour'
      limit 1000
    ) r
    limit 1000
  ));
  with finished as (
    update public.runs r
    set
      state = 'failed', finished_at = clock_timestamp(), ordered_at = clock_timestamp(), next_attempt_at = null,
      message = m.own ->> 'message', message_code = m.own ->> 'code', message_values = m.own -> 'values',
      error = jsonb_build_object('name', 'NoWorkerError') || m.own
    from public.jobs j
    join public.plugins p on p.id = j.plugin_id
    cross join lateral private.own_message('run.noWorker', jsonb_build_object('plugin', p.plugin_key)) m (own)
    where r.id = any (v_ids) and r.state = 'pending' and j.id = r.job_id
    returning r.id
  )
  select array_agg(f.id) into v_done from finished f;
  if v_done is not null then
    perform private.dequeue_runs(v_done);
    perform private.show_finished_runs(v_done);
    v_finished := v_finished + cardinality(v_done);
  end if;

  -- Every claim moves up some lines; this moves up those that no claim has come to.
  perform private.admit_runs(array(select private.jobs_in_line(1000)));
  return jsonb_build_object('requeued', v_requeued, 'finished', v_finished);
end;
$$;
comment on function public.reap_runs() is
  'Takes back runs whose lease is over, gives runs whose message is lost a new one, and moves up the lines of jobs. Cancels '
  'runs of anything disabled; fails those that no worker has been able to run for an hour. Returns {requeued, finished}.';

grant execute on function public.reap_runs() to service_role;

-- by hand
create trigger delete_messages before delete on public.jobs
  for each row execute function private.delete_messages_of_job();
create trigger fit_queue_to_limit after update of concurrency_limit on public.jobs
  for each row when (old.concurrency_limit is distinct from new.concurrency_limit)
  execute function private.fit_queue_to_limit();
create trigger fit_queue_to_limit after update of concurrency_limit on public.plugins
  for each row when (old.concurrency_limit is distinct from new.concurrency_limit)
  execute function private.fit_queue_to_limit();

select private.admit_runs(array(select distinct r.job_id from public.runs r where r.state = 'pending'));
