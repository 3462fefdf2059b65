create function private.cancel_switched_off_runs(p_run_ids uuid[])
returns uuid[]
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
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
    where r.id = s.run_id and r.id = any (p_run_ids) and r.state || '' = 'pending'
    returning r.id
  )
  select array_agg(id) into v_off from finished;
  if v_off is not null then
    perform private.dequeue_runs(v_off);
    perform private.show_finished_runs(v_off);
  end if;
  return v_off;
end;
$$;
comment on function private.cancel_switched_off_runs(uuid[]) is
  'Cancels those of these runs, locked by the caller, that cannot start because something is disabled; their message says why. '
  'Returns them, or null.';

grant execute on function private.cancel_switched_off_runs(uuid[]) to service_role;
