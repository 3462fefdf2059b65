create function private.take_back_runs(p_run_ids uuid[])
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
