-- Lease, heartbeat and token-checked end of attempts, and what ends runs that no worker ends.

-- schemas/private/functions/switched_off_runs.sql
-- A run that waits while its plugin, job or schedules are disabled is canceled and does not wait for them to be enabled
-- again, because every run must finish without human help.
create function private.switched_off_runs(p_run_ids uuid[])
returns table (run_id uuid, code text)
language sql
stable
security invoker
set search_path = ''
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
  where r.state = 'pending' and r.trigger <> 'report'
    and (p_run_ids is null or r.id = any (p_run_ids))
    and (
      not p.is_enabled
      -- A user can start a job whose schedule is disabled, and a run that has started continues with its next attempt.
      or (r.trigger = 'schedule' and r.started_at is null and not (j.is_enabled and coalesce(t.is_enabled, true)))
    );
$$;
comment on function private.switched_off_runs(uuid[]) is
  'Waiting runs, of these or of all (null), that cannot start: every run of a disabled plugin; and scheduled runs without an '
  'attempt if their job or all schedules are disabled.';

grant execute on function private.switched_off_runs(uuid[]) to service_role;

-- schemas/private/functions/cancel_switched_off_runs.sql
create function private.cancel_switched_off_runs(p_run_ids uuid[])
returns uuid[]
language plpgsql
security invoker
set search_path = ''
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
    where r.id = s.run_id and r.id = any (p_run_ids) and r.state = 'pending'
    returning r.id
  )
  select array_agg(id) into v_off from finished;
  if v_off is not null then
    perform pgmq.delete(r.queue_name, r.queue_message_id)
      from public.runs r
      where r.id = any (v_off) and r.queue_message_id is not null;
    perform private.show_finished_runs(v_off);
  end if;
  return v_off;
end;
$$;
comment on function private.cancel_switched_off_runs(uuid[]) is
  'Cancels those of these runs, locked by the caller, that cannot start because something is disabled; their message says why. '
  'Returns them, or null.';

grant execute on function private.cancel_switched_off_runs(uuid[]) to service_role;

-- schemas/private/functions/take_back_runs.sql
create function private.take_back_runs(p_run_ids uuid[])
returns uuid[]
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_finished uuid[];
begin
  update public.run_attempts a
    set finished_at = now(), outcome = 'lost'
    from public.runs r
    where r.id = any (p_run_ids) and a.run_id = r.id and a.attempt = r.attempt and a.finished_at is null;
  -- A worker that dies is not the run's fault, but a run that kills every worker must finish: it gets one attempt more than
  -- its limit of failures.
  with finished as (
    update public.runs r
    set
      state = case when r.cancel_requested_at is not null then 'canceled' else 'failed' end,
      finished_at = now(), ordered_at = now(), attempt_token = null, lease_expires_at = null,
      duration_ms = greatest(0, (extract(epoch from now() - r.started_at) * 1000)::bigint),
      error = case when r.cancel_requested_at is null then
        jsonb_build_object('name', 'WorkerLost') || private.own_message('run.workerLost')
        else r.error end
    from public.jobs j
    where r.id = any (p_run_ids) and r.state = 'running' and j.id = r.job_id
      and (r.attempt > j.max_attempts or r.cancel_requested_at is not null)
    returning r.id
  )
  select array_agg(id) into v_finished from finished;
  if v_finished is not null then
    perform private.show_finished_runs(v_finished);
  end if;
  update public.runs r
    set state = 'pending', attempt_token = null, lease_expires_at = null
    where r.id = any (p_run_ids) and r.state = 'running';
  return v_finished;
end;
$$;
comment on function private.take_back_runs(uuid[]) is
  'Ends the attempts of runs whose worker stopped responding: the runs are pending again or finished. Returns the finished '
  'ones.';

grant execute on function private.take_back_runs(uuid[]) to service_role;

-- schemas/public/functions/claim_runs.sql
-- pgmq has no receipt handle, so the run's attempt token has that role.
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
  v_locked uuid[];
  v_free_jobs uuid[];
  v_free_plugins uuid[];
  v_contested bigint[];
  v_has_finished boolean := false;
  v_ids uuid[];
  v_over uuid[];
  v_lost uuid[];
  v_off uuid[];
  v_failed uuid[];
begin
  foreach v_queue in array array['runs_high', 'runs'] loop
    v_contested := '{}';
    -- Read again if concurrency limits held back all messages; otherwise a busy job would block the runs behind it.
    v_rounds := 0;
    loop
      exit when v_wanted <= 0 or v_rounds >= 10;
      v_rounds := v_rounds + 1;
      v_over := null;
      v_off := null;
      v_failed := null;

      -- 1. Read messages: pgmq hides them until the lease ends.
      select array_agg(m.msg_id), array_agg((m.message ->> 'run_id')::uuid), count(*)
        into v_message_ids, v_run_ids, v_read
        from pgmq.read(v_queue, p_lease_seconds, v_wanted) m;
      exit when v_read = 0;

      -- Skip locked runs instead of waiting: each round keeps its locks, so two calls could deadlock. The transaction that
      -- holds a run decides what happens to its message.
      select array_agg(l.id) into v_locked
        from (
          select r.id from public.runs r where r.id = any (v_run_ids) order by r.id for no key update skip locked
        ) l;

      -- 2. Delete the messages of runs that have finished, are deleted or have another message by now.
      select
          array_agg(m.message_id) filter (where r.id is null),
          array_agg(r.id) filter (where r.id = any (v_locked))
        into v_stale, v_ids
        from unnest(v_message_ids, v_run_ids) as m (message_id, run_id)
        left join public.runs r on r.id = m.run_id and r.state in ('pending', 'running')
          and r.queue_name = v_queue and r.queue_message_id = m.message_id;
      if v_stale is not null then
        perform pgmq.delete(v_queue, v_stale);
      end if;

      -- 3. The worker of a run that is still running is lost: its message came back because no worker extended the lease. The
      -- message was set a moment before the lease, so the lease counts as over one second early.
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

      -- 4. Cancel the runs of anything disabled.
      v_off := private.cancel_switched_off_runs(v_ids);

      -- 5. Apply concurrency limits across workers: the call that counts locks the job (and plugin). Runs of a job that
      -- another call is counting go back to the queue.
      select array_agg(l.id) into v_free_jobs
        from (
          select j.id
          from public.jobs j
          where j.id in (select r.job_id from public.runs r where r.id = any (v_ids) and r.state = 'pending')
            and (j.concurrency_limit is not null
              or exists (select 1 from public.runs r where r.id = any (v_ids) and r.job_id = j.id and r.is_exclusive))
          order by j.id
          for no key update skip locked
        ) l;
      select array_agg(l.id) into v_free_plugins
        from (
          select p.id
          from public.plugins p
          where p.concurrency_limit is not null
            and p.id in (
              select j.plugin_id from public.runs r join public.jobs j on j.id = r.job_id
              where r.id = any (v_ids) and r.state = 'pending'
            )
          order by p.id
          for no key update skip locked
        ) l;
      with contested as (
        select r.id, r.queue_message_id
        from public.runs r
        join public.jobs j on j.id = r.job_id
        join public.plugins p on p.id = j.plugin_id
        where r.id = any (v_ids) and r.state = 'pending'
          and (
            ((j.concurrency_limit is not null
                or exists (select 1 from public.runs x where x.id = any (v_ids) and x.job_id = j.id and x.is_exclusive))
              and (v_free_jobs is null or j.id <> all (v_free_jobs)))
            or (p.concurrency_limit is not null and (v_free_plugins is null or p.id <> all (v_free_plugins)))
          )
      )
      select
          v_contested || coalesce(array_agg(c.queue_message_id), '{}'),
          array(select unnest(v_ids) except select id from contested)
        into v_contested, v_ids
        from contested c;

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
      -- Runs over the limit stay hidden until the lease ends; when a run of the same job finishes, the next one comes back at
      -- once.

      -- 6. Lease the remaining runs.
      with leased as (
        update public.runs r
        set
          state = 'running', attempt = r.attempt + 1, attempt_token = gen_random_uuid(), worker_id = p_worker_id,
          lease_expires_at = clock_timestamp() + make_interval(secs => p_lease_seconds),
          started_at = coalesce(r.started_at, clock_timestamp()), next_attempt_at = null,
          -- Other runs may have moved the cursor forward since an earlier attempt; going back would lose their work.
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
      -- Finishing runs locked totals that other transactions write too, so stop here and lease no more runs.
      v_has_finished := v_off is not null or v_failed is not null;
      exit when v_over is null or v_has_finished;
    end loop;
    if cardinality(v_contested) > 0 then
      perform pgmq.set_vt(v_queue, c.message_id, 0) from unnest(v_contested) c (message_id);
    end if;
    exit when v_has_finished;
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
  'Leases up to p_quantity runs to a worker within the concurrency limits, starting with the runs that people wait for. A run '
  'whose worker stopped responding is leased again; one that too many workers lost fails. Runs of anything disabled are '
  'canceled (private.cancel_switched_off_runs).';

grant execute on function public.claim_runs(text, integer, integer) to service_role;

-- schemas/public/functions/extend_leases.sql
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
    -- A lost message does not end the lease: the run continues, and only the reaper needs the message, if the worker dies.
    left join lateral pgmq.set_vt(e.queue_name, e.queue_message_id, p_lease_seconds) v on true;
end;
$$;
comment on function public.extend_leases(jsonb, integer) is
  'Heartbeat of a worker: [{run_id, attempt_token, progress?}]. Returns the runs that it still holds and whether to cancel '
  'them; a run that is missing from the result was lost.';

grant execute on function public.extend_leases(jsonb, integer) to service_role;

-- schemas/public/functions/look_at_leases.sql
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
  'Like extend_leases, but only reads. Workers call it between heartbeats, so that a cancellation reaches them within seconds.';

grant execute on function public.look_at_leases(jsonb) to service_role;

-- schemas/public/functions/write_run_logs.sql
create function public.write_run_logs(p_logs jsonb)
returns void
language sql
security invoker
set search_path = ''
as $$
  -- Lock first: a run that is being finished is checked again after its commit, and keeps the log that it finished with.
  with held as materialized (
    select r.id, r.tenant_id, a.head, a.tail, a.cut_characters
    from jsonb_to_recordset(p_logs) as a (run_id uuid, attempt_token uuid, head text, tail text, cut_characters bigint)
    join public.runs r on r.id = a.run_id and r.attempt_token = a.attempt_token and r.state = 'running'
    order by r.id
    for share of r
  )
  insert into public.run_logs as l (run_id, tenant_id, head, tail, cut_characters)
  select h.id, h.tenant_id, h.head, coalesce(h.tail, ''), coalesce(h.cut_characters, 0)
  from held h
  order by h.id
  on conflict (run_id) do update set
    head = excluded.head, tail = excluded.tail, cut_characters = excluded.cut_characters;
$$;
comment on function public.write_run_logs(jsonb) is
  'Replaces the logs of running runs with what their worker has stored so far: [{run_id, attempt_token, head, tail, '
  'cut_characters}]; changes nothing for a run that has finished or whose lease is lost.';

grant execute on function public.write_run_logs(jsonb) to service_role;

-- schemas/public/functions/finish_attempts.sql
create function public.finish_attempts(p_results jsonb)
returns table (run_id uuid, state text)
language plpgsql
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
  -- Arrays of ids, even where a join would do: they make the planner use the primary key, however long the queue is.
  v_given uuid[] := array(select (a ->> 'run_id')::uuid from jsonb_array_elements(p_results) a);
  v_results jsonb;
  v_held uuid[];
  v_jobs uuid[];
  v_finished uuid[];
  v_queue text;
  v_message_ids bigint[];
begin
  -- Lock runs before jobs, as claim_runs does, so that the two cannot deadlock.
  perform 1 from public.runs r where r.id = any (v_given) order by r.id for no key update;

  -- Only the token of the current attempt can finish it: results of a lost lease are rejected. A run whose cancellation was
  -- requested is not tried again.
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

  -- The cursor moves in the transaction of the success, or not at all; of two successes, the run that started later wins.
  if exists (select 1 from jsonb_array_elements(v_results) a where a ->> 'state' = 'success' and a ->> 'cursor' is not null) then
    -- The run itself records this; the audit log is for what people change.
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
      finished_at = case when a.state = 'pending' then null else clock_timestamp() end,
      ordered_at = case when a.state = 'pending' then r.ordered_at else clock_timestamp() end,
      duration_ms = case when a.state = 'pending' then null
        else greatest(0, (extract(epoch from clock_timestamp() - r.started_at) * 1000)::bigint) end,
      -- A released or snoozed attempt does not count as an attempt of the run.
      attempt = case when a.attempt_outcome in ('released', 'snoozed') then r.attempt - 1 else r.attempt end,
      snooze_count = r.snooze_count + (a.attempt_outcome = 'snoozed')::integer,
      attempt_token = null,
      lease_expires_at = null,
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

  -- As many waiting runs as have finished come back to the queue at once, the oldest first.
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
  'Finishes attempts: [{run_id, attempt_token, state: success|failed|canceled|pending, attempt_outcome, delay_seconds, '
  'message, message_code, message_values, error, result, progress, events_processed, cursor, log}]. pending: try again after '
  'delay_seconds. Returns the runs whose token was valid; results of a lost lease are rejected and missing.';

grant execute on function public.finish_attempts(jsonb) to service_role;

-- schemas/public/functions/find_open_attempt.sql
-- The job's secrets must be redacted from a remote plugin's later reports, as from its immediate response.
create function public.find_open_attempt(p_run_id uuid, p_attempt_token uuid)
returns table (
  attempt integer,
  snooze_count integer,
  max_attempts integer,
  backoff_seconds integer,
  max_backoff_seconds integer,
  is_cancel_requested boolean,
  secrets text[]
)
language sql
stable
security invoker
set search_path = ''
as $$
  select
    r.attempt, r.snooze_count, j.max_attempts, j.backoff_seconds, j.max_backoff_seconds, r.cancel_requested_at is not null,
    array(
      select s.value from private.job_secrets s where s.job_id = r.job_id
      union all
      select p.signing_secret from private.plugin_secrets p where p.plugin_id = j.plugin_id
    )
  from public.runs r
  join public.jobs j on j.id = r.job_id
  where r.id = p_run_id and r.attempt_token = p_attempt_token and r.state = 'running';
$$;
comment on function public.find_open_attempt(uuid, uuid) is
  'Returns the attempt of a run for this token, with what decides its next step and the secrets to redact from what its plugin '
  'reports; nothing if it has finished or the token is wrong.';

grant execute on function public.find_open_attempt(uuid, uuid) to service_role;

-- schemas/public/functions/reap_runs.sql
-- Every run finishes without human help: a run whose message is lost gets a new one, or finishes.
create function public.reap_runs()
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_pending uuid[];
  v_silent uuid[];
  v_finished uuid[];
  v_off uuid[];
begin
  -- Every worker calls this; one at a time is enough.
  if not pg_try_advisory_xact_lock(hashtext('tc_portal.reap_runs')) then
    return jsonb_build_object('requeued', 0, 'finished', 0);
  end if;

  -- Waiting runs may wait long: cancel at once those that cannot start, so that the run history shows it.
  v_off := private.cancel_switched_off_runs(array(
    select r.id from public.runs r
    where r.id in (select s.run_id from private.switched_off_runs(null) s)
    order by r.id
    for no key update skip locked
  ));

  -- Lock first, then check again: skip a run that a worker has just started or finished.
  perform 1
    from public.runs r
    where r.state in ('pending', 'running') and r.trigger <> 'report'
      and (r.state = 'pending' or r.lease_expires_at < now() - interval '1 minute')
      and not exists (select 1 from pgmq.q_runs m where r.queue_name = 'runs' and m.msg_id = r.queue_message_id)
      and not exists (select 1 from pgmq.q_runs_high m where r.queue_name = 'runs_high' and m.msg_id = r.queue_message_id)
    order by r.id
    for no key update skip locked;
  if not found then
    return jsonb_build_object('requeued', 0, 'finished', coalesce(cardinality(v_off), 0));
  end if;
  select
      array_agg(r.id) filter (where r.state = 'pending'),
      array_agg(r.id) filter (where r.state = 'running')
    into v_pending, v_silent
    from public.runs r
    where r.state in ('pending', 'running') and r.trigger <> 'report'
      and (r.state = 'pending' or r.lease_expires_at < now() - interval '1 minute')
      and not exists (select 1 from pgmq.q_runs m where r.queue_name = 'runs' and m.msg_id = r.queue_message_id)
      and not exists (select 1 from pgmq.q_runs_high m where r.queue_name = 'runs_high' and m.msg_id = r.queue_message_id);

  if v_silent is not null then
    v_finished := private.take_back_runs(v_silent);
    v_pending := coalesce(v_pending, '{}') || v_silent;
  end if;
  select array_agg(r.id) into v_pending from public.runs r where r.id = any (v_pending) and r.state = 'pending';
  if v_pending is not null then
    -- A run that waits for its next attempt keeps waiting, at most for another hour.
    perform private.enqueue_runs(array[r.id],
        least(3600, greatest(0, ceil(extract(epoch from coalesce(r.next_attempt_at, now()) - now()))))::integer)
      from public.runs r
      where r.id = any (v_pending);
  end if;
  return jsonb_build_object('requeued', coalesce(cardinality(v_pending), 0), 'finished',
    coalesce(cardinality(v_finished), 0) + coalesce(cardinality(v_off), 0));
end;
$$;
comment on function public.reap_runs() is
  'Returns runs whose queue message is lost to their queue, or finishes them: pending ones at once, running ones a minute '
  'after their lease ended. Cancels runs of anything disabled. Returns {requeued, finished}.';

grant execute on function public.reap_runs() to service_role;
