create function private.lock_runs(p_run_ids uuid[])
returns uuid[]
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  v_run_ids uuid[];
  v_job_ids uuid[];
begin
  select array_agg(l.id) into v_run_ids
    from (
      select r.id from public.runs r where r.id = any (p_run_ids) order by r.id for no key update skip locked
    ) l;
  select array_agg(l.id) into v_job_ids
    from (
      select j.id
      from public.jobs j
      where j.id in (select r.job_id from public.runs r where r.id = any (v_run_ids))
      order by j.id
      for no key update skip locked
    ) l;
  return array(select r.id from public.runs r where r.id = any (v_run_ids) and r.job_id = any (v_job_ids));
end;
$$;
comment on function private.lock_runs(uuid[]) is
  'Locks those of these runs, with their jobs, that no other transaction holds, and returns them. Whoever finishes many runs '
  'without waiting for locks cannot deadlock.';

grant execute on function private.lock_runs(uuid[]) to service_role;
