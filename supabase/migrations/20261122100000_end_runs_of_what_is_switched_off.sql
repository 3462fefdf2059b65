-- A run whose plugin, job or schedules were switched off while it waited does not begin: it ends canceled and says why. It does not
-- wait for the switch to go back, because every run ends without a human.

create function private.switched_off_runs(p_run_ids uuid[])
returns table (run_id uuid, reason text)
language sql
stable
security invoker
set search_path = ''
as $$
  select
    r.id,
    case
      when not p.is_enabled then 'The plugin was switched off before the run could begin'
      when not j.is_enabled then 'The job was switched off before the run could begin'
      else 'All schedules were stopped before the run could begin'
    end
  from public.runs r
  join public.jobs j on j.id = r.job_id
  join public.plugins p on p.id = j.plugin_id
  left join public.scheduler_settings t on t.tenant_id = r.tenant_id
  where r.state = 'pending' and r.trigger <> 'report'
    and (p_run_ids is null or r.id = any (p_run_ids))
    and (
      not p.is_enabled
      -- A person may start a job whose schedule is off, and what has begun goes on with its next attempt.
      or (r.trigger = 'schedule' and r.started_at is null and not (j.is_enabled and coalesce(t.is_enabled, true)))
    );
$$;
comment on function private.switched_off_runs(uuid[]) is
  'Waiting runs, of these or of all (null), that may not begin: every run of a disabled plugin; of a disabled job, or while all '
  'schedules are stopped, those that a schedule started and that have not begun.';
grant execute on function private.switched_off_runs(uuid[]) to service_role;

create function private.end_switched_off_runs(p_run_ids uuid[])
returns uuid[]
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_off uuid[];
begin
  with ended as (
    update public.runs r
    set
      state = 'canceled', completed_at = now(), ordered_at = now(), next_attempt_at = null, message = s.reason,
      error = jsonb_build_object('name', 'SwitchedOff', 'message', s.reason)
    from private.switched_off_runs(p_run_ids) s
    where r.id = s.run_id and r.id = any (p_run_ids) and r.state = 'pending'
    returning r.id
  )
  select array_agg(id) into v_off from ended;
  if v_off is not null then
    perform pgmq.delete(r.queue_name, r.queue_message_id)
      from public.runs r
      where r.id = any (v_off) and r.queue_message_id is not null;
    perform private.show_finished_runs(v_off);
  end if;
  return v_off;
end;
$$;
comment on function private.end_switched_off_runs(uuid[]) is
  'Ends those of these runs, which the caller has locked, that may not begin: canceled, with the reason as their message. Answers them, '
  'or null.';
grant execute on function private.end_switched_off_runs(uuid[]) to service_role;

create or replace function public.claim_runs(p_worker_id text, p_quantity integer, p_lease_seconds integer default 30)
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
  v_off uuid[];
  v_failed uuid[];
begin
  foreach v_queue in array array['runs_high', 'runs'] loop
    -- Another round when concurrency limits held back what was read, or a busy job would starve those behind it.
    v_rounds := 0;
    loop
      exit when v_wanted <= 0 or v_rounds >= 10;
      v_rounds := v_rounds + 1;
      v_over := null;
      v_off := null;

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

      -- 4. What is switched off by now does not begin.
      v_off := private.end_switched_off_runs(v_ids);

      -- 5. Concurrency limits hold across workers: whoever counts has the job (and plugin) to itself.
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

      -- 6. Lease what is left.
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
      exit when v_over is null and v_off is null;
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
  'A run whose worker went silent for a lease is taken over; one that outlived every worker ends failed. What is switched off '
  'ends canceled (private.end_switched_off_runs).';

create or replace function public.reap_runs()
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_pending uuid[];
  v_silent uuid[];
  v_ended uuid[];
  v_off uuid[];
begin
  -- Every worker calls this; one at a time is enough.
  if not pg_try_advisory_xact_lock(hashtext('tc_portal.reap_runs')) then
    return jsonb_build_object('requeued', 0, 'ended', 0);
  end if;

  -- What waits for its next attempt, or for a worker, may wait long: the history says at once that it will not begin.
  v_off := private.end_switched_off_runs(array(
    select r.id from public.runs r
    where r.id in (select s.run_id from private.switched_off_runs(null) s)
    order by r.id
    for no key update skip locked
  ));

  -- Locked first, then looked at again: a run that a worker has just taken or ended is none of ours.
  perform 1
    from public.runs r
    where r.state in ('pending', 'running') and r.trigger <> 'report'
      and (r.state = 'pending' or r.lease_expires_at < now() - interval '1 minute')
      and not exists (select 1 from pgmq.q_runs m where r.queue_name = 'runs' and m.msg_id = r.queue_message_id)
      and not exists (select 1 from pgmq.q_runs_high m where r.queue_name = 'runs_high' and m.msg_id = r.queue_message_id)
    order by r.id
    for no key update skip locked;
  if not found then
    return jsonb_build_object('requeued', 0, 'ended', coalesce(cardinality(v_off), 0));
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
    v_ended := private.take_back_runs(v_silent);
    v_pending := coalesce(v_pending, '{}') || v_silent;
  end if;
  select array_agg(r.id) into v_pending from public.runs r where r.id = any (v_pending) and r.state = 'pending';
  if v_pending is not null then
    -- A run that waits for its next attempt goes on waiting, at most for an hour more.
    perform private.enqueue_runs(array[r.id],
        least(3600, greatest(0, ceil(extract(epoch from coalesce(r.next_attempt_at, now()) - now()))))::integer)
      from public.runs r
      where r.id = any (v_pending);
  end if;
  return jsonb_build_object('requeued', coalesce(cardinality(v_pending), 0), 'ended',
    coalesce(cardinality(v_ended), 0) + coalesce(cardinality(v_off), 0));
end;
$$;
comment on function public.reap_runs() is
  'Puts runs whose queue message is gone back on their queue, or ends them: pending ones at once, running ones when their lease '
  'has been over for a minute. Ends what is switched off. Answers {requeued, ended}.';
