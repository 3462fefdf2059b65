-- pgmq has no receipt handle, so the run's attempt token has that role.
create function public.claim_runs(
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
