create function public.finish_attempts(p_results jsonb)
returns table (run_id uuid, state text)
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  -- Arrays of ids, even where a join would do: they make the planner use the primary key, however long the queue is.
  v_given uuid[] := array(select (a ->> 'run_id')::uuid from jsonb_array_elements(p_results) a);
  v_results jsonb;
  v_held uuid[];
  v_jobs uuid[];
  v_finished uuid[];
  v_gave_up jsonb := private.own_message('run.tooManyReleases', '{"count": 100}');
begin
  -- A deletion locks a job before its runs: first make it wait, or wait for it. Otherwise lock runs before jobs, as claim_runs
  -- does, so that none of these can deadlock.
  v_jobs := array(select r.job_id from public.runs r where r.id = any (v_given));
  perform 1 from public.jobs j where j.id = any (v_jobs) order by j.id for key share;
  perform 1 from public.runs r where r.id = any (v_given) order by r.id for no key update;

  -- Only the token of the current attempt can finish it: results of a lost lease are rejected. A run whose cancellation was
  -- requested is not tried again.
  select
      jsonb_agg(case
        when r.cancel_requested_at is not null and a ->> 'state' = 'pending'
        then a || '{"state": "canceled", "attempt_outcome": "canceled"}'
        -- A run that takes longer than any of its workers lives must finish, too.
        when a ->> 'attempt_outcome' = 'released' and r.release_count >= 100
        then a || jsonb_build_object('state', 'failed', 'attempt_outcome', 'failed',
          'error', jsonb_build_object('name', 'TooManyReleasesError') || v_gave_up,
          'message_code', v_gave_up ->> 'code', 'message_values', v_gave_up -> 'values', 'message', v_gave_up ->> 'message')
        else a end),
      array_agg(r.id),
      array_agg(distinct r.job_id)
    into v_results, v_held, v_jobs
    from jsonb_array_elements(p_results) a
    join public.runs r on r.id = (a ->> 'run_id')::uuid and r.attempt_token = (a ->> 'attempt_token')::uuid
    where r.id = any (v_given) and r.state || '' = 'running';
  if v_held is null then
    return;
  end if;
  perform 1 from public.jobs j where j.id = any (v_jobs) order by j.id for no key update;

  update public.run_attempts t
    set
      finished_at = clock_timestamp(), outcome = a.attempt_outcome,
      error = case when a.error is null then null else a.error - 'stack' end
    from jsonb_to_recordset(v_results) as a (run_id uuid, attempt_outcome text, error jsonb)
    join public.runs r on r.id = a.run_id
    where r.id = any (v_held) and t.run_id = a.run_id and t.attempt = r.attempt and t.finished_at is null;
  -- An attempt that does not count leaves no row, so that the next one can use its number.
  delete from public.run_attempts t
    using jsonb_to_recordset(v_results) as a (run_id uuid, attempt_outcome text)
    join public.runs r on r.id = a.run_id
    where r.id = any (v_held) and a.attempt_outcome in ('released', 'snoozed') and t.run_id = a.run_id and t.attempt = r.attempt;

  insert into public.run_error_stacks as s (run_id, tenant_id, stack)
    select a.run_id, r.tenant_id, a.error ->> 'stack'
    from jsonb_to_recordset(v_results) as a (run_id uuid, error jsonb)
    join public.runs r on r.id = a.run_id
    where r.id = any (v_held) and a.error ->> 'stack' is not null
    on conflict (run_id) do update set stack = excluded.stack;

  insert into public.run_logs as l (run_id, tenant_id, head, tail, cut_characters)
    select a.run_id, r.tenant_id, a.log ->> 'head', coalesce(a.log ->> 'tail', ''), coalesce((a.log ->> 'cut_characters')::bigint, 0)
    from jsonb_to_recordset(v_results) as a (run_id uuid, log jsonb)
    join public.runs r on r.id = a.run_id
    where r.id = any (v_held) and a.log ->> 'head' is not null
    on conflict (run_id) do update set
      head = excluded.head, tail = excluded.tail, cut_characters = excluded.cut_characters;

  -- The cursor moves in the transaction of the success, or not at all; of two successes, the run that started later wins. A run
  -- from another cursor leaves it where it is: it made up for something old, and the next run continues as before.
  if exists (select 1 from jsonb_array_elements(v_results) a where a ->> 'state' = 'success' and a ->> 'cursor' is not null) then
    -- The run itself records this; the audit log is for what people change.
    perform set_config('portal.audits_itself', 'yes', true);
    update public.jobs j
      set cursor = newest.cursor
      from (
        select distinct on (r.job_id) r.job_id, a.cursor
        from jsonb_to_recordset(v_results) as a (run_id uuid, state text, cursor text)
        join public.runs r on r.id = a.run_id
        where r.id = any (v_held) and a.state = 'success' and a.cursor is not null and not r.has_own_cursor
        order by r.job_id, r.started_at desc, r.id desc
      ) newest
      where j.id = newest.job_id;
    perform set_config('portal.audits_itself', '', true);
  end if;

  update public.runs r
    set
      state = a.state,
      finished_at = case when a.state = 'pending' then null else clock_timestamp() end,
      ordered_at = case when a.state = 'pending' then r.ordered_at else clock_timestamp() end,
      duration_ms = case when a.state = 'pending' then null
        else greatest(0, (extract(epoch from clock_timestamp() - r.started_at) * 1000)::bigint) end,
      -- A released or snoozed attempt does not count as an attempt of the run.
      attempt = case when a.attempt_outcome in ('released', 'snoozed') then r.attempt - 1 else r.attempt end,
      snooze_count = r.snooze_count + (a.attempt_outcome = 'snoozed')::integer,
      release_count = r.release_count + (a.attempt_outcome = 'released')::integer,
      attempt_token = null,
      lease_expires_at = null,
      deadline_at = null,
      next_attempt_at = case when a.state = 'pending' and a.delay_seconds > 0
        then clock_timestamp() + make_interval(secs => a.delay_seconds) end,
      -- A success without a message keeps the message that the run had, with its code.
      message = case when a.message is null and a.state = 'success' then r.message else a.message end,
      message_code = case when a.message is null and a.state = 'success' then r.message_code else a.message_code end,
      message_values = case when a.message is null and a.state = 'success' then r.message_values else a.message_values end,
      error = case when a.state = 'success' then null when a.error is null then r.error else a.error - 'stack' end,
      result = coalesce(a.result, r.result),
      progress = coalesce(a.progress, r.progress),
      events_processed = coalesce(a.events_processed, r.events_processed),
      cursor_after = case when a.state = 'success' then a.cursor end
    from jsonb_to_recordset(v_results) as a (
      run_id uuid, state text, attempt_outcome text, delay_seconds double precision, message text, message_code text,
      message_values jsonb, error jsonb, result jsonb, progress jsonb, events_processed integer, cursor text
    )
    where r.id = a.run_id and r.id = any (v_held);

  perform private.dequeue_runs(v_held);

  select array_agg(r.id) into v_finished from public.runs r where r.id = any (v_held) and r.state <> 'pending';
  if v_finished is not null then
    perform private.show_finished_runs(v_finished);
  end if;

  -- The next runs in line start at once.
  perform private.admit_runs(v_jobs);

  return query select r.id, r.state from public.runs r where r.id = any (v_held);
end;
$$;
comment on function public.finish_attempts(jsonb) is
  'Finishes attempts: [{run_id, attempt_token, state: success|failed|canceled|pending, attempt_outcome, delay_seconds, '
  'message, message_code, message_values, error, result, progress, events_processed, cursor, log}]. pending: try again after '
  'delay_seconds. Returns the runs whose token was valid; results of a lost lease are rejected and missing.';

grant execute on function public.finish_attempts(jsonb) to service_role;
