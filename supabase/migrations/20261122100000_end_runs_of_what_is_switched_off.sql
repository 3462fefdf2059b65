-- A run whose plugin, job or schedules were switched off while it waited does not begin: it ends canceled and says why. It does not
-- wait for the switch to go back, because every run ends without a human.

create function private.switched_off_runs(p_run_ids uuid[])
returns table (run_id uuid, reason text)
language sql
stable
security invoker
set search_path = ''
as $$
  select
    r.id,
    case
      when not p.is_enabled then 'The plugin was switched off before the run could begin'
      when not j.is_enabled then 'The job was switched off before the run could begin'
      else 'All schedules were stopped before the run could begin'
    end
  from public.runs r
  join public.jobs j on j.id = r.job_id
  join public.plugins p on p.id = j.plugin_id
  left join public.scheduler_settings t on t.tenant_id = r.tenant_id
  where r.state = 'pending' and r.trigger <> 'report'
    and (p_run_ids is null or r.id = any (p_run_ids))
    and (
      not p.is_enabled
      -- A person may start a job whose schedule is off, and what has begun goes on with its next attempt.
      or (r.trigger = 'schedule' and r.started_at is null and not (j.is_enabled and coalesce(t.is_enabled, true)))
    );
$$;
comment on function private.switched_off_runs(uuid[]) is
  'Waiting runs, of these or of all (null), that may not begin: every run of a disabled plugin; of a disabled job, or while all '
  'schedules are stopped, those that a schedule started and that have not begun.';
grant execute on function private.switched_off_runs(uuid[]) to service_role;

create function private.end_switched_off_runs(p_run_ids uuid[])
returns uuid[]
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_off uuid[];
begin
  with ended as (
    update public.runs r
    set
      state = 'canceled', completed_at = now(), ordered_at = now(), next_attempt_at = null, message = s.reason,
      error = jsonb_build_object('name', 'SwitchedOff', 'message', s.reason)
    from private.switched_off_runs(p_run_ids) s
    where r.id = s.run_id and r.id = any (p_run_ids) and r.state = 'pending'
    returning r.id
  )
  select array_agg(id) into v_off from ended;
  if v_off is not null then
    perform pgmq.delete(r.queue_name, r.queue_message_id)
      from public.runs r
      where r.id = any (v_off) and r.queue_message_id is not null;
    perform private.show_finished_runs(v_off);
  end if;
  return v_off;
end;
$$;
comment on function private.end_switched_off_runs(uuid[]) is
  'Ends those of these runs, which the caller has locked, that may not begin: canceled, with the reason as their message. Answers them, '
  'or null.';
grant execute on function private.end_switched_off_runs(uuid[]) to service_role;

create or replace function public.reap_runs()
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_pending uuid[];
  v_silent uuid[];
  v_ended uuid[];
  v_off uuid[];
begin
  -- Every worker calls this; one at a time is enough.
  if not pg_try_advisory_xact_lock(hashtext('tc_portal.reap_runs')) then
    return jsonb_build_object('requeued', 0, 'ended', 0);
  end if;

  -- What waits for its next attempt, or for a worker, may wait long: the history says at once that it will not begin.
  v_off := private.end_switched_off_runs(array(
    select r.id from public.runs r
    where r.id in (select s.run_id from private.switched_off_runs(null) s)
    order by r.id
    for no key update skip locked
  ));

  -- Locked first, then looked at again: a run that a worker has just taken or ended is none of ours.
  perform 1
    from public.runs r
    where r.state in ('pending', 'running') and r.trigger <> 'report'
      and (r.state = 'pending' or r.lease_expires_at < now() - interval '1 minute')
      and not exists (select 1 from pgmq.q_runs m where r.queue_name = 'runs' and m.msg_id = r.queue_message_id)
      and not exists (select 1 from pgmq.q_runs_high m where r.queue_name = 'runs_high' and m.msg_id = r.queue_message_id)
    order by r.id
    for no key update skip locked;
  if not found then
    return jsonb_build_object('requeued', 0, 'ended', coalesce(cardinality(v_off), 0));
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
    v_ended := private.take_back_runs(v_silent);
    v_pending := coalesce(v_pending, '{}') || v_silent;
  end if;
  select array_agg(r.id) into v_pending from public.runs r where r.id = any (v_pending) and r.state = 'pending';
  if v_pending is not null then
    -- A run that waits for its next attempt goes on waiting, at most for an hour more.
    perform private.enqueue_runs(array[r.id],
        least(3600, greatest(0, ceil(extract(epoch from coalesce(r.next_attempt_at, now()) - now()))))::integer)
      from public.runs r
      where r.id = any (v_pending);
  end if;
  return jsonb_build_object('requeued', coalesce(cardinality(v_pending), 0), 'ended',
    coalesce(cardinality(v_ended), 0) + coalesce(cardinality(v_off), 0));
end;
$$;
comment on function public.reap_runs() is
  'Puts runs whose queue message is gone back on their queue, or ends them: pending ones at once, running ones when their lease '
  'has been over for a minute. Ends what is switched off. Answers {requeued, ended}.';
