create function public.note_plugin_progress(
  p_run_id uuid, p_attempt_token uuid, p_progress jsonb default null, p_lease_seconds integer default 30
)
returns boolean
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_run record;
begin
  update public.runs r
    set
      progress = coalesce(p_progress, r.progress),
      -- Never beyond the deadline, and never shorter than the lease that the worker has.
      lease_expires_at = greatest(
        r.lease_expires_at, least(clock_timestamp() + make_interval(secs => p_lease_seconds), r.deadline_at)
      )
    where r.id = p_run_id and r.attempt_token = p_attempt_token and r.state = 'running'
    returning r.queue_name, r.queue_message_id, r.lease_expires_at, r.cancel_requested_at into v_run;
  if not found then
    return null;
  end if;
  perform pgmq.set_vt(v_run.queue_name, v_run.queue_message_id, private.seconds_until(v_run.lease_expires_at))
    where v_run.queue_message_id is not null;
  return v_run.cancel_requested_at is not null;
end;
$$;
comment on function public.note_plugin_progress(uuid, uuid, jsonb, integer) is
  'Records the progress of a remote plugin, which keeps the run if its worker died, but not beyond the deadline of the attempt. '
  'Returns whether to stop; null if the attempt is not open.';

grant execute on function public.note_plugin_progress(uuid, uuid, jsonb, integer) to service_role;
