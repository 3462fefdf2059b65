create function private.end_overdue_attempt(p_run_id uuid)
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
