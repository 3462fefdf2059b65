-- Every run finishes without human help: this finds the runs that no message and no worker would finish, a limited number at
-- a time.
create function public.reap_runs()
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
