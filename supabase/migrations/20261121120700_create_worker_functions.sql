-- Lease, heartbeat and token-checked end of attempts. pgmq has no receipt, so the run's attempt token is the receipt.

create function private.show_finished_runs(p_run_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
  -- In one order, so that two batches that share jobs do not wait for each other in a circle.
  perform 1 from public.jobs j
    where j.id in (select r.job_id from public.runs r where r.id = any (p_run_ids))
    order by j.id
    for no key update;

  insert into public.run_stats_daily as s
    (job_id, day, tenant_id, success_count, failed_count, canceled_count, duration_count, duration_ms_sum, duration_ms_max,
      success_events_sum, success_duration_count, success_duration_ms_sum)
  select
    r.job_id,
    (r.ordered_at at time zone t.time_zone)::date,
    r.tenant_id,
    count(*) filter (where r.state = 'success'),
    count(*) filter (where r.state = 'failed'),
    count(*) filter (where r.state = 'canceled'),
    count(r.duration_ms) filter (where r.state <> 'canceled'),
    coalesce(sum(r.duration_ms) filter (where r.state <> 'canceled'), 0),
    coalesce(max(r.duration_ms) filter (where r.state <> 'canceled'), 0),
    coalesce(sum(r.events_processed) filter (where r.state = 'success'), 0),
    count(r.duration_ms) filter (where r.state = 'success'),
    coalesce(sum(r.duration_ms) filter (where r.state = 'success'), 0)
  from public.runs r
  join public.tenants t on t.id = r.tenant_id
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
    success_duration_ms_sum = s.success_duration_ms_sum + excluded.success_duration_ms_sum;

  with newest as (
    select distinct on (r.job_id) r.*
    from public.runs r
    where r.id = any (p_run_ids) and r.state in ('success', 'failed')
    order by r.job_id, r.ordered_at desc, r.id desc
  ),
  advanced as (
    update public.jobs j
    set latest_run_id = n.id, latest_ordered_at = n.ordered_at
    from newest n
    where j.id = n.job_id and (j.latest_ordered_at is null or n.ordered_at >= j.latest_ordered_at)
    returning n.id as run_id, j.tenant_id, j.id, j.job_key, j.title, j.tool_id
  )
  insert into public.job_status as s
    (tenant_id, job_id, job_key, title, tool_id, last_status, last_finished_at, last_message)
  select
    a.tenant_id, a.id, a.job_key, a.title, a.tool_id,
    case n.state when 'success' then 'success' else 'error' end,
    n.completed_at, coalesce(n.message, n.error ->> 'message')
  from advanced a
  join newest n on n.id = a.run_id
  on conflict (job_id) do update set
    title = excluded.title,
    tool_id = excluded.tool_id,
    last_status = excluded.last_status,
    last_finished_at = excluded.last_finished_at,
    last_message = excluded.last_message,
    updated_at = now();
end;
$$;
comment on function private.show_finished_runs(uuid[]) is
  'Carries finished runs into the daily totals and, where they are the newest of their job, into job_status.';
grant execute on function private.show_finished_runs(uuid[]) to service_role;

create function private.take_back_runs(p_run_ids uuid[])
returns uuid[]
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_ended uuid[];
begin
  update public.run_attempts a
    set ended_at = now(), outcome = 'lost'
    from public.runs r
    where r.id = any (p_run_ids) and a.run_id = r.id and a.attempt = r.attempt and a.ended_at is null;
  -- A worker that dies is not the run's fault, but a run that kills every worker must end: it gets one attempt more
  -- than it may fail.
  with ended as (
    update public.runs r
    set
      state = case when r.cancel_requested_at is not null then 'canceled' else 'failed' end,
      completed_at = now(), ordered_at = now(), attempt_token = null, lease_expires_at = null,
      duration_ms = greatest(0, (extract(epoch from now() - r.started_at) * 1000)::bigint),
      error = case when r.cancel_requested_at is null then
        jsonb_build_object('name', 'WorkerLost', 'message', 'The worker stopped without a word during every attempt')
        else r.error end
    from public.jobs j
    where r.id = any (p_run_ids) and r.state = 'running' and j.id = r.job_id
      and (r.attempt > j.max_attempts or r.cancel_requested_at is not null)
    returning r.id
  )
  select array_agg(id) into v_ended from ended;
  if v_ended is not null then
    perform private.show_finished_runs(v_ended);
  end if;
  update public.runs r
    set state = 'pending', attempt_token = null, lease_expires_at = null
    where r.id = any (p_run_ids) and r.state = 'running';
  return v_ended;
end;
$$;
comment on function private.take_back_runs(uuid[]) is
  'Ends the attempts of runs whose worker went silent: they are pending again, or over. Answers those that are over.';
grant execute on function private.take_back_runs(uuid[]) to service_role;

create function public.claim_runs(p_worker_id text, p_quantity integer, p_lease_seconds integer default 30)
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
as $$
#variable_conflict use_column
declare
  v_queue text;
  v_read bigint;
  v_rounds integer;
  v_wanted integer := p_quantity;
  v_claimed uuid[] := '{}';
  v_message_ids bigint[];
  v_run_ids uuid[];
  v_stale bigint[];
  v_ids uuid[];
  v_over uuid[];
  v_lost uuid[];
  v_failed uuid[];
begin
  foreach v_queue in array array['runs_high', 'runs'] loop
    -- Another round when concurrency limits held back what was read, or a busy job would starve those behind it.
    v_rounds := 0;
    loop
      exit when v_wanted <= 0 or v_rounds >= 10;
      v_rounds := v_rounds + 1;
      v_over := null;

      -- 1. Read messages: pgmq hides them for the length of the lease.
      select array_agg(m.msg_id), array_agg((m.message ->> 'run_id')::uuid), count(*)
        into v_message_ids, v_run_ids, v_read
        from pgmq.read(v_queue, p_lease_seconds, v_wanted) m;
      exit when v_read = 0;

      perform 1 from public.runs r where r.id = any (v_run_ids) order by r.id for no key update;

      -- 2. Messages of runs that are over or gone, or that have another message by now, have nothing left to say.
      select
          array_agg(m.message_id) filter (where r.id is null),
          array_agg(r.id) filter (where r.id is not null)
        into v_stale, v_ids
        from unnest(v_message_ids, v_run_ids) as m (message_id, run_id)
        left join public.runs r on r.id = m.run_id and r.state in ('pending', 'running')
          and r.queue_name = v_queue and r.queue_message_id = m.message_id;
      if v_stale is not null then
        perform pgmq.delete(v_queue, v_stale);
      end if;

      -- 3. A run that still runs was lost by its worker: its message came back because nobody extended the lease. The
      -- message's time was set a moment before the lease's, so the lease counts as over a second early.
      select array_agg(r.id) into v_lost
        from public.runs r
        where r.id = any (v_ids) and r.state = 'running'
          and r.lease_expires_at <= clock_timestamp() + interval '1 second';
      if v_lost is not null then
        v_failed := private.take_back_runs(v_lost);
        if v_failed is not null then
          perform pgmq.archive(v_queue, array_agg(r.queue_message_id)) from public.runs r where r.id = any (v_failed);
        end if;
      end if;

      -- 4. Concurrency limits hold across workers: whoever counts has the job (and plugin) to itself.
      perform 1
        from public.jobs j
        where j.id in (select r.job_id from public.runs r where r.id = any (v_ids) and r.state = 'pending')
          and (j.concurrency_limit is not null
            or exists (select 1 from public.runs r where r.id = any (v_ids) and r.job_id = j.id and r.is_exclusive))
        order by j.id
        for no key update;
      perform 1
        from public.plugins p
        where p.concurrency_limit is not null
          and p.id in (
            select j.plugin_id from public.runs r join public.jobs j on j.id = r.job_id
            where r.id = any (v_ids) and r.state = 'pending'
          )
        order by p.id
        for no key update;

      with candidates as (
        select
          r.id, r.job_id, j.plugin_id,
          least(coalesce(j.concurrency_limit, 2147483647), case when r.is_exclusive then 1 else 2147483647 end) as job_limit,
          coalesce(p.concurrency_limit, 2147483647) as plugin_limit,
          row_number() over (partition by r.job_id order by r.ordered_at, r.id) as place_in_job,
          row_number() over (partition by j.plugin_id order by r.ordered_at, r.id) as place_in_plugin
        from public.runs r
        join public.jobs j on j.id = r.job_id
        join public.plugins p on p.id = j.plugin_id
        where r.id = any (v_ids) and r.state = 'pending'
      ),
      running_in_job as (
        select c.job_id, count(r.id) as runs
        from (select distinct job_id from candidates where job_limit < 2147483647) c
        left join public.runs r on r.job_id = c.job_id and r.state = 'running'
        group by c.job_id
      ),
      running_in_plugin as (
        select c.plugin_id, count(r.id) as runs
        from (select distinct plugin_id from candidates where plugin_limit < 2147483647) c
        join public.jobs j on j.plugin_id = c.plugin_id
        left join public.runs r on r.job_id = j.id and r.state = 'running'
        group by c.plugin_id
      )
      select array_agg(c.id) into v_over
        from candidates c
        left join running_in_job rj on rj.job_id = c.job_id
        left join running_in_plugin rp on rp.plugin_id = c.plugin_id
        where c.place_in_job + coalesce(rj.runs, 0) > c.job_limit
          or c.place_in_plugin + coalesce(rp.runs, 0) > c.plugin_limit;
      -- What is over its limit stays hidden for a lease; the end of a run of the same job brings the next one back at once.

      -- 5. Lease what is left.
      with leased as (
        update public.runs r
        set
          state = 'running', attempt = r.attempt + 1, attempt_token = gen_random_uuid(), worker_id = p_worker_id,
          lease_expires_at = clock_timestamp() + make_interval(secs => p_lease_seconds),
          started_at = coalesce(r.started_at, clock_timestamp()), next_attempt_at = null,
          -- Other runs may have moved the cursor on since an earlier attempt; going back would lose their work.
          cursor_before = case when r.has_own_cursor then r.cursor_before else j.cursor end
        from public.jobs j
        where r.id = any (v_ids) and r.state = 'pending' and j.id = r.job_id
          and (v_over is null or r.id <> all (v_over))
        returning r.id, r.attempt, r.tenant_id
      ),
      noted as (
        insert into public.run_attempts (run_id, attempt, tenant_id, worker_id, started_at)
        select l.id, l.attempt, l.tenant_id, p_worker_id, clock_timestamp() from leased l
        returning run_id
      )
      select v_claimed || coalesce(array_agg(run_id), '{}') into v_claimed from noted;
      v_wanted := p_quantity - cardinality(v_claimed);
      exit when v_over is null;
    end loop;
  end loop;

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
comment on function public.claim_runs(text, integer, integer) is
  'Leases up to p_quantity runs to a worker, those that people wait for first, within the concurrency limits. '
  'A run whose worker went silent for a lease is taken over; one that outlived every worker ends failed.';
grant execute on function public.claim_runs(text, integer, integer) to service_role;

create function public.extend_leases(p_attempts jsonb, p_lease_seconds integer default 30)
returns table (run_id uuid, is_cancel_requested boolean)
language plpgsql
security invoker
set search_path = ''
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
        lease_expires_at = clock_timestamp() + make_interval(secs => p_lease_seconds),
        progress = coalesce(a.progress, r.progress)
      from jsonb_to_recordset(p_attempts) as a (run_id uuid, attempt_token uuid, progress jsonb)
      where r.id = any (v_given) and r.id = a.run_id and r.state = 'running' and r.attempt_token = a.attempt_token
      returning r.id, r.cancel_requested_at, r.queue_name, r.queue_message_id
    )
    select e.id, e.cancel_requested_at is not null
    from extended e
    -- A lost message does not end the lease: the run goes on, and the reaper needs it only if its worker dies.
    left join lateral pgmq.set_vt(e.queue_name, e.queue_message_id, p_lease_seconds) v on true;
end;
$$;
comment on function public.extend_leases(jsonb, integer) is
  'Heartbeat of a worker: [{run_id, attempt_token, progress?}]. Answers the runs it still holds and whether to cancel them; '
  'a run that is missing from the answer was lost.';
grant execute on function public.extend_leases(jsonb, integer) to service_role;

create function public.look_at_leases(p_attempts jsonb)
returns table (run_id uuid, is_cancel_requested boolean)
language sql
stable
security invoker
set search_path = ''
as $$
  select r.id, r.cancel_requested_at is not null
  from jsonb_to_recordset(p_attempts) as a (run_id uuid, attempt_token uuid)
  join public.runs r on r.id = a.run_id and r.state = 'running' and r.attempt_token = a.attempt_token;
$$;
comment on function public.look_at_leases(jsonb) is
  'As extend_leases, but writes nothing: what a worker asks between heartbeats, so that a cancel reaches it within seconds.';
grant execute on function public.look_at_leases(jsonb) to service_role;

create function public.write_run_logs(p_logs jsonb)
returns void
language sql
security invoker
set search_path = ''
as $$
  insert into public.run_logs as l (run_id, tenant_id, head, tail, cut_characters)
  select r.id, r.tenant_id, a.head, coalesce(a.tail, ''), coalesce(a.cut_characters, 0)
  from jsonb_to_recordset(p_logs) as a (run_id uuid, attempt_token uuid, head text, tail text, cut_characters bigint)
  join public.runs r on r.id = a.run_id and r.attempt_token = a.attempt_token and r.state = 'running'
  order by r.id
  on conflict (run_id) do update set
    head = excluded.head, tail = excluded.tail, cut_characters = excluded.cut_characters;
$$;
comment on function public.write_run_logs(jsonb) is
  'Replaces the logs of running runs by what their worker has kept of them: [{run_id, attempt_token, head, tail, '
  'cut_characters}]; nothing for a run whose lease is lost.';
grant execute on function public.write_run_logs(jsonb) to service_role;

create function public.finish_attempts(p_results jsonb)
returns table (run_id uuid, state text)
language plpgsql
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
  -- Arrays of ids, also where a join would do: with them the planner goes by primary key however long the queue is.
  v_given uuid[] := array(select (a ->> 'run_id')::uuid from jsonb_array_elements(p_results) a);
  v_results jsonb;
  v_held uuid[];
  v_jobs uuid[];
  v_finished uuid[];
  v_queue text;
  v_message_ids bigint[];
begin
  -- Runs before jobs, as claim_runs does, so that neither waits for the other in a circle.
  perform 1 from public.runs r where r.id = any (v_given) order by r.id for no key update;

  -- Only who holds the token of the current attempt may end it: results of a lost lease are refused. What somebody
  -- asked to cancel is not tried again.
  select
      jsonb_agg(case
        when r.cancel_requested_at is not null and a ->> 'state' = 'pending'
        then a || '{"state": "canceled", "attempt_outcome": "canceled"}'
        else a end),
      array_agg(r.id),
      array_agg(distinct r.job_id)
    into v_results, v_held, v_jobs
    from jsonb_array_elements(p_results) a
    join public.runs r on r.id = (a ->> 'run_id')::uuid and r.attempt_token = (a ->> 'attempt_token')::uuid
    where r.id = any (v_given) and r.state = 'running';
  if v_held is null then
    return;
  end if;
  perform 1 from public.jobs j where j.id = any (v_jobs) order by j.id for no key update;

  update public.run_attempts t
    set
      ended_at = clock_timestamp(), outcome = a.attempt_outcome,
      error = case when a.error is null then null else a.error - 'stack' end
    from jsonb_to_recordset(v_results) as a (run_id uuid, attempt_outcome text, error jsonb)
    join public.runs r on r.id = a.run_id
    where r.id = any (v_held) and t.run_id = a.run_id and t.attempt = r.attempt and t.ended_at is null;
  -- An attempt that counts for nothing leaves no row behind, so that the next one can have its number.
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

  -- The cursor moves in the transaction of the success, or not at all; of two successes the run that started later wins.
  if exists (select 1 from jsonb_array_elements(v_results) a where a ->> 'state' = 'success' and a ->> 'cursor' is not null) then
    -- The run itself is the record of this; the audit log is for what people change.
    perform set_config('portal.audits_itself', 'yes', true);
    update public.jobs j
      set cursor = newest.cursor
      from (
        select distinct on (r.job_id) r.job_id, a.cursor
        from jsonb_to_recordset(v_results) as a (run_id uuid, state text, cursor text)
        join public.runs r on r.id = a.run_id
        where r.id = any (v_held) and a.state = 'success' and a.cursor is not null
        order by r.job_id, r.started_at desc, r.id desc
      ) newest
      where j.id = newest.job_id;
    perform set_config('portal.audits_itself', '', true);
  end if;

  update public.runs r
    set
      state = a.state,
      completed_at = case when a.state = 'pending' then null else clock_timestamp() end,
      ordered_at = case when a.state = 'pending' then r.ordered_at else clock_timestamp() end,
      duration_ms = case when a.state = 'pending' then null
        else greatest(0, (extract(epoch from clock_timestamp() - r.started_at) * 1000)::bigint) end,
      -- A released or snoozed attempt was not the run's own try.
      attempt = case when a.attempt_outcome in ('released', 'snoozed') then r.attempt - 1 else r.attempt end,
      snooze_count = r.snooze_count + (a.attempt_outcome = 'snoozed')::integer,
      attempt_token = null,
      lease_expires_at = null,
      next_attempt_at = case when a.state = 'pending' and a.delay_seconds > 0
        then clock_timestamp() + make_interval(secs => a.delay_seconds) end,
      message = coalesce(a.message, case when a.state = 'success' then r.message end),
      error = case when a.state = 'success' then null when a.error is null then r.error else a.error - 'stack' end,
      result = coalesce(a.result, r.result),
      progress = coalesce(a.progress, r.progress),
      events_processed = coalesce(a.events_processed, r.events_processed),
      cursor_after = case when a.state = 'success' then a.cursor end
    from jsonb_to_recordset(v_results) as a (
      run_id uuid, state text, attempt_outcome text, delay_seconds double precision, message text, error jsonb, result jsonb,
      progress jsonb, events_processed integer, cursor text
    )
    where r.id = a.run_id and r.id = any (v_held);

  perform pgmq.set_vt(r.queue_name, r.queue_message_id, ceil(coalesce(a.delay_seconds, 0))::integer)
    from jsonb_to_recordset(v_results) as a (run_id uuid, state text, delay_seconds double precision)
    join public.runs r on r.id = a.run_id
    where r.id = any (v_held) and a.state = 'pending' and r.queue_message_id is not null;

  foreach v_queue in array array['runs_high', 'runs'] loop
    select array_agg(r.queue_message_id) into v_message_ids
      from public.runs r
      where r.id = any (v_held) and r.state <> 'pending' and r.queue_name = v_queue and r.queue_message_id is not null;
    if v_message_ids is not null then
      perform pgmq.delete(v_queue, v_message_ids);
    end if;
  end loop;

  select array_agg(r.id) into v_finished from public.runs r where r.id = any (v_held) and r.state <> 'pending';
  if v_finished is not null then
    perform private.show_finished_runs(v_finished);
  end if;

  -- Runs that waited for a place come back at once: as many as ended, the oldest first.
  perform pgmq.set_vt(w.queue_name, w.queue_message_id, 0)
    from (
      select b.id, b.plugin_id, p.concurrency_limit is not null as is_plugin_limited
      from public.jobs b
      join public.plugins p on p.id = b.plugin_id
      where b.id = any (v_jobs)
        and (b.concurrency_limit is not null or p.concurrency_limit is not null
          or exists (select 1 from public.runs r where r.job_id = b.id and r.state = 'pending' and r.is_exclusive))
    ) b
    cross join lateral (
      select r.queue_name, r.queue_message_id
      from public.runs r
      where r.state = 'pending' and (r.next_attempt_at is null or r.next_attempt_at <= clock_timestamp())
        and r.queue_message_id is not null
        and r.job_id in (
          select b.id
          union
          select s.id from public.jobs s where b.is_plugin_limited and s.plugin_id = b.plugin_id
        )
      order by r.priority = 'high' desc, r.ordered_at, r.id
      limit cardinality(v_held)
    ) w;

  return query select r.id, r.state from public.runs r where r.id = any (v_held);
end;
$$;
comment on function public.finish_attempts(jsonb) is
  'Ends attempts: [{run_id, attempt_token, state: success|failed|canceled|pending, attempt_outcome, delay_seconds, message, '
  'error, result, progress, events_processed, cursor, log}]. pending: try again after delay_seconds. Answers the runs whose '
  'token was right; results of a lost lease are refused by their absence.';
grant execute on function public.finish_attempts(jsonb) to service_role;
