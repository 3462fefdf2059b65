create function private.enqueue_runs(p_run_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
  perform private.admit_runs(array(select distinct r.job_id from public.runs r where r.id = any (p_run_ids)));
end;
$$;
comment on function private.enqueue_runs(uuid[]) is
  'Puts new runs on the queue of their priority if their job has room for them; the others wait in its line.';

grant execute on function private.enqueue_runs(uuid[]) to service_role;
