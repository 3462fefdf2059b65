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
