create function public.extend_leases(p_attempts jsonb, p_lease_seconds integer default 30)
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
