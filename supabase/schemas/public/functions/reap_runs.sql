-- Every run finishes without human help: a run whose message is lost gets a new one, or finishes.
create function public.reap_runs()
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_pending uuid[];
  v_silent uuid[];
  v_finished uuid[];
  v_off uuid[];
begin
  -- Every worker calls this; one at a time is enough.
  if not pg_try_advisory_xact_lock(hashtext('tc_portal.reap_runs')) then
    return jsonb_build_object('requeued', 0, 'finished', 0);
  end if;

  -- Waiting runs may wait long: cancel at once those that cannot start, so that the run history shows it.
  v_off := private.cancel_switched_off_runs(array(
    select r.id from public.runs r
    where r.id in (select s.run_id from private.switched_off_runs(null) s)
    order by r.id
    for no key update skip locked
  ));

  -- Lock first, then check again: skip a run that a worker has just started or finished.
  perform 1
    from public.runs r
    where r.state in ('pending', 'running') and r.trigger <> 'report'
      and (r.state = 'pending' or r.lease_expires_at < now() - interval '1 minute')
      and not exists (select 1 from pgmq.q_runs m where r.queue_name = 'runs' and m.msg_id = r.queue_message_id)
      and not exists (select 1 from pgmq.q_runs_high m where r.queue_name = 'runs_high' and m.msg_id = r.queue_message_id)
    order by r.id
    for no key update skip locked;
  if not found then
    return jsonb_build_object('requeued', 0, 'finished', coalesce(cardinality(v_off), 0));
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
    v_finished := private.take_back_runs(v_silent);
    v_pending := coalesce(v_pending, '{}') || v_silent;
  end if;
  select array_agg(r.id) into v_pending from public.runs r where r.id = any (v_pending) and r.state = 'pending';
  if v_pending is not null then
    -- A run that waits for its next attempt keeps waiting, at most for another hour.
    perform private.enqueue_runs(array[r.id],
        least(3600, greatest(0, ceil(extract(epoch from coalesce(r.next_attempt_at, now()) - now()))))::integer)
      from public.runs r
      where r.id = any (v_pending);
  end if;
  return jsonb_build_object('requeued', coalesce(cardinality(v_pending), 0), 'finished',
    coalesce(cardinality(v_finished), 0) + coalesce(cardinality(v_off), 0));
end;
$$;
comment on function public.reap_runs() is
  'Returns runs whose queue message is lost to their queue, or finishes them: pending ones at once, running ones a minute '
  'after their lease ended. Cancels runs of anything disabled. Returns {requeued, finished}.';

grant execute on function public.reap_runs() to service_role;
