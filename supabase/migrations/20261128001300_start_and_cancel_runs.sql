-- A run and its queue message are made in one transaction, by a person, by the API or by a tick.

-- schemas/private/functions/enqueue_runs.sql
create function private.enqueue_runs(p_run_ids uuid[], p_delay_seconds integer default 0)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_queue text;
  v_ids uuid[];
begin
  foreach v_queue in array array['runs_high', 'runs'] loop
    select array_agg(r.id order by r.ordered_at, r.id)
      into v_ids
      from public.runs r
      where r.id = any (p_run_ids) and (r.priority = 'high') = (v_queue = 'runs_high');
    if v_ids is not null then
      update public.runs r
        set queue_name = v_queue, queue_message_id = sent.message_id
        from (
          select v_ids[m.position] as run_id, m.message_id
          from pgmq.send_batch(
            v_queue,
            (select array_agg(jsonb_build_object('run_id', u.id) order by u.position)
              from unnest(v_ids) with ordinality as u (id, position)),
            p_delay_seconds
          ) with ordinality as m (message_id, position)
        ) sent
        where r.id = sent.run_id;
    end if;
  end loop;
end;
$$;
comment on function private.enqueue_runs(uuid[], integer) is
  'Puts pending runs on the queue of their priority and stores their message ids.';

grant execute on function private.enqueue_runs(uuid[], integer) to service_role;

-- schemas/private/functions/start_run.sql
create function private.start_run(
  p_job_id uuid, p_trigger text, p_payload jsonb, p_cursor text, p_has_cursor boolean, p_origin_run_id uuid
)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_job public.jobs;
  v_is_plugin_enabled boolean;
  v_run_id uuid;
  v_actor record;
begin
  select * into v_job from public.jobs where id = p_job_id;
  if v_job.id is null
    or (v_user_id is not null and v_job.tenant_id not in (select private.my_tenant_ids()))
  then
    raise exception 'No such job' using errcode = 'P0002';
  end if;
  if v_user_id is not null and v_job.tenant_id not in (select private.my_admin_tenant_ids()) then
    raise exception 'Only admins start runs' using errcode = '42501';
  end if;
  if v_user_id is not null and p_trigger not in ('manual', 'retry') then
    raise exception 'A person starts a run by hand or once more (constraint "run_trigger_is_known")' using errcode = '23514', constraint = 'run_trigger_is_known';
  end if;
  if p_origin_run_id is not null
    and not exists (select 1 from public.runs r where r.id = p_origin_run_id and r.job_id = p_job_id)
  then
    raise exception 'No such run' using errcode = 'P0002';
  end if;
  if v_job.kind <> 'plugin' then
    raise exception 'Only plugin jobs are run by the portal (constraint "run_belongs_to_a_plugin_job")' using errcode = '23514', constraint = 'run_belongs_to_a_plugin_job';
  end if;
  select is_enabled into v_is_plugin_enabled from public.plugins where id = v_job.plugin_id;
  if not v_is_plugin_enabled then
    raise exception 'The plugin is disabled (constraint "run_belongs_to_an_enabled_plugin")' using errcode = '23514', constraint = 'run_belongs_to_an_enabled_plugin';
  end if;

  select * into v_actor from private.current_actor(v_job.tenant_id);
  insert into public.runs
    (tenant_id, job_id, trigger, state, ordered_at, priority, payload, cursor_before, has_own_cursor, origin_run_id, requested_by,
      api_key_id)
  values (
    v_job.tenant_id, v_job.id, p_trigger, 'pending', now(), 'high', coalesce(p_payload, v_job.payload),
    case when p_has_cursor then coalesce(p_cursor, '') end, p_has_cursor, p_origin_run_id, v_user_id,
    case when v_actor.kind = 'api_key' then v_actor.id end
  )
  returning id into v_run_id;
  perform private.enqueue_runs(array[v_run_id]);

  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, after)
  values (
    v_job.tenant_id,
    v_actor.kind, v_actor.id, v_actor.name,
    'runs.start', 'runs', v_run_id::text, v_job.title,
    jsonb_strip_nulls(jsonb_build_object('trigger', p_trigger, 'payload', p_payload, 'origin_run_id', p_origin_run_id,
      'cursor', case when p_has_cursor then to_jsonb(coalesce(p_cursor, '')) end))
  );
  return v_run_id;
end;
$$;
comment on function private.start_run(uuid, text, jsonb, text, boolean, uuid) is
  'Creates a pending run of a plugin job with its queue message and audit row. A user must be an admin of the job''s tenant; '
  'the service role has already checked. Definer, because members cannot write runs.';

grant execute on function private.start_run(uuid, text, jsonb, text, boolean, uuid) to authenticated, service_role;

-- schemas/public/functions/start_run.sql
create function public.start_run(
  p_job_id uuid,
  p_trigger text default 'manual',
  p_payload jsonb default null,
  p_cursor text default null,
  p_has_cursor boolean default false,
  p_origin_run_id uuid default null
)
returns uuid
language sql
security invoker
set search_path = ''
as $$ select private.start_run(p_job_id, p_trigger, p_payload, p_cursor, p_has_cursor, p_origin_run_id); $$;
comment on function public.start_run(uuid, text, jsonb, text, boolean, uuid) is
  'Starts a run of a plugin job now (admins). p_has_cursor: start from p_cursor instead of the job''s. Returns the run id. '
  'P0002 no such job, 42501 not an admin, 23514 run_belongs_to_a_plugin_job or run_belongs_to_an_enabled_plugin.';

grant execute on function public.start_run(uuid, text, jsonb, text, boolean, uuid) to authenticated, service_role;

-- schemas/private/functions/cancel_runs.sql
create function private.cancel_runs(p_run_ids uuid[])
returns setof uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_pending uuid[];
begin
  -- Sorted, so that two concurrent cancellations lock the same runs in the same order.
  perform 1 from public.runs r where r.id = any (p_run_ids) order by r.id for no key update;
  select array_agg(r.id) into v_pending from public.runs r where r.id = any (p_run_ids) and r.state = 'pending';
  perform pgmq.delete(r.queue_name, r.queue_message_id)
    from public.runs r
    where r.id = any (v_pending) and r.queue_message_id is not null;
  return query
    update public.runs r
      set
        cancel_requested_at = coalesce(r.cancel_requested_at, now()),
        state = case r.state when 'pending' then 'canceled' else r.state end,
        finished_at = case r.state when 'pending' then now() else r.finished_at end,
        ordered_at = case r.state when 'pending' then now() else r.ordered_at end
      where r.id = any (p_run_ids) and r.state in ('pending', 'running') and r.trigger <> 'report'
      returning r.id;
  if v_pending is not null then
    perform private.show_finished_runs(v_pending);
  end if;
end;
$$;
comment on function private.cancel_runs(uuid[]) is
  'Cancels pending runs at once and asks running ones to stop. Callers check the rights. Definer, because members cannot write '
  'runs.';

grant execute on function private.cancel_runs(uuid[]) to service_role;

-- schemas/private/functions/cancel_run.sql
create function private.cancel_run(p_run_id uuid)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_actor record;
  v_run public.runs;
  v_title text;
begin
  select * into v_run from public.runs where id = p_run_id;
  if v_run.id is null or (v_user_id is not null and v_run.tenant_id not in (select private.my_tenant_ids())) then
    raise exception 'No such run' using errcode = 'P0002';
  end if;
  -- Staff can cancel the runs that they started themselves.
  if v_user_id is not null
    and v_run.tenant_id not in (select private.my_admin_tenant_ids())
    and v_run.requested_by is distinct from v_user_id
  then
    raise exception 'Only admins cancel runs' using errcode = '42501';
  end if;
  if not exists (select 1 from private.cancel_runs(array[p_run_id])) then
    raise exception 'Only a pending or running run of the portal can be canceled (constraint "canceled_run_was_not_finished")'
      using errcode = '23514', constraint = 'canceled_run_was_not_finished';
  end if;
  select * into v_actor from private.current_actor(v_run.tenant_id);
  select title into v_title from public.jobs where id = v_run.job_id;
  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name)
  values (
    v_run.tenant_id,
    v_actor.kind, v_actor.id, v_actor.name,
    'runs.cancel', 'runs', p_run_id::text, v_title
  );
  return (select state from public.runs where id = p_run_id);
end;
$$;
comment on function private.cancel_run(uuid) is
  'Cancels one run for a user or the service role, with its audit row. Definer, because members cannot write runs.';

grant execute on function private.cancel_run(uuid) to authenticated, service_role;

-- schemas/public/functions/cancel_run.sql
create function public.cancel_run(p_run_id uuid)
returns text
language sql
security invoker
set search_path = ''
as $$ select private.cancel_run(p_run_id); $$;
comment on function public.cancel_run(uuid) is
  'Cancels a pending run at once, or asks a running one to stop; returns its state. P0002, 42501, or 23514 if it has finished.';

grant execute on function public.cancel_run(uuid) to authenticated, service_role;
