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
