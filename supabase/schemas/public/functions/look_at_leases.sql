create function public.look_at_leases(p_attempts jsonb)
returns table (run_id uuid, is_cancel_requested boolean)
language sql
stable
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
  select r.id, r.cancel_requested_at is not null
  from jsonb_to_recordset(p_attempts) as a (run_id uuid, attempt_token uuid)
  join public.runs r on r.id = a.run_id and r.state = 'running' and r.attempt_token = a.attempt_token;
$$;
comment on function public.look_at_leases(jsonb) is
  'Like extend_leases, but only reads. Workers call it between heartbeats, so that a cancellation reaches them within seconds.';

grant execute on function public.look_at_leases(jsonb) to service_role;
