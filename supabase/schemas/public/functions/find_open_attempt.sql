-- What a remote plugin reports later must lose its job's secrets, as what it answers at once does.
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
language sql
stable
security invoker
set search_path = ''
as $$
  select
    r.attempt, r.snooze_count, j.max_attempts, j.backoff_seconds, j.max_backoff_seconds, r.cancel_requested_at is not null,
    array(
      select s.value from private.job_secrets s where s.job_id = r.job_id
      union all
      select p.signing_secret from private.plugin_secrets p where p.plugin_id = j.plugin_id
    )
  from public.runs r
  join public.jobs j on j.id = r.job_id
  where r.id = p_run_id and r.attempt_token = p_attempt_token and r.state = 'running';
$$;
comment on function public.find_open_attempt(uuid, uuid) is
  'The attempt of a run that a token opens, with what decides over its next step and the secrets to blank out of what its plugin '
  'reports; nothing when it is over or the token is another one''s.';

grant execute on function public.find_open_attempt(uuid, uuid) to service_role;
