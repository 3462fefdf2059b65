create function private.cancel_runs(p_run_ids uuid[])
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
  -- As finish_attempts does: a deletion locks a job before its runs.
  perform 1
    from public.jobs j
    where j.id = any (array(select r.job_id from public.runs r where r.id = any (p_run_ids)))
    order by j.id for key share;
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
