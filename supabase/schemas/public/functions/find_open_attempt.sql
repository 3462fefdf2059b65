-- The job's secrets must be redacted from a remote plugin's later reports, as from its immediate response.
create function public.find_open_attempt(p_run_id uuid, p_attempt_token uuid)
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
