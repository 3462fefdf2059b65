-- A result after the deadline counted as long as the lease of the worker lasted, although plugins are told that it does not. A
-- deletion took messages before runs, heartbeats and progress the other way round: one of them ended in a deadlock.

-- schemas/private/triggers/delete_messages_of_job.sql
create or replace function private.delete_messages_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Lock runs before their messages, as heartbeats, progress and results do, so that none of these can deadlock with it.
  perform private.dequeue_runs(array(
    select l.id
    from (
      select r.id from public.runs r
      where r.job_id = old.id and r.finished_at is null and r.queue_message_id is not null
      order by r.id for update
    ) l
  ));
  return old;
end;
$$;
comment on function private.delete_messages_of_job() is
  'Trigger: deletes the messages of a deleted job''s runs. Definer, because admins delete jobs but cannot write the queue.';

-- schemas/private/functions/end_overdue_attempt.sql
create or replace function private.end_overdue_attempt(p_run_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
  if exists (
    select from public.runs r
    where r.id = p_run_id and r.state = 'running' and r.deadline_at <= clock_timestamp()
  ) then
    perform private.take_back_runs(array(
      select r.id
      from public.runs r
      where r.id = any (private.lock_runs(array[p_run_id])) and r.state = 'running' and r.deadline_at <= clock_timestamp()
    ));
  end if;
end;
$$;
comment on function private.end_overdue_attempt(uuid) is
  'Ends the attempt of a run whose deadline has passed, whether or not its worker is alive.';

grant execute on function private.end_overdue_attempt(uuid) to service_role;

-- schemas/public/functions/find_open_attempt.sql
-- The job's secrets must be redacted from a remote plugin's later reports, as from its immediate response.
create or replace function public.find_open_attempt(p_run_id uuid, p_attempt_token uuid)
returns table (
  attempt integer,
  snooze_count integer,
  max_attempts integer,
  backoff_seconds integer,
  max_backoff_seconds integer,
  is_cancel_requested boolean,
  secrets text[]
)
language plpgsql
security invoker
set search_path = ''
as $$
begin
  perform private.end_overdue_attempt(p_run_id);
  return query select
    r.attempt, r.snooze_count, j.max_attempts, j.backoff_seconds, j.max_backoff_seconds, r.cancel_requested_at is not null,
    array(
      select s.value from private.job_secrets s where s.job_id = r.job_id
      union all
      select p.signing_secret from private.plugin_secrets p where p.plugin_id = j.plugin_id
    )
  from public.runs r
  join public.jobs j on j.id = r.job_id
  where r.id = p_run_id and r.attempt_token = p_attempt_token and r.state = 'running'
    and coalesce(r.deadline_at, 'infinity') > clock_timestamp();
end;
$$;
comment on function public.find_open_attempt(uuid, uuid) is
  'Returns the attempt of a run for this token, with what decides its next step and the secrets to redact from what its plugin '
  'reports; nothing if it has finished, its time is up, or the token is wrong.';

grant execute on function public.find_open_attempt(uuid, uuid) to service_role;
