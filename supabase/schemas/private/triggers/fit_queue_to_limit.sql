create function private.fit_queue_to_limit()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_table_name = 'jobs' then
    perform private.admit_runs(array[new.id]);
  else
    perform private.admit_runs(array(
      select j.id
      from public.jobs j
      where j.tenant_id = new.tenant_id and j.plugin_id = new.id
        and exists (select from public.runs r where r.job_id = j.id and r.state = 'pending')
    ));
  end if;
  return null;
end;
$$;
comment on function private.fit_queue_to_limit() is
  'Trigger: queues more runs, or takes queued ones back, when the limit of a job or plugin changes. Definer, because admins change limits '
  'but cannot write the queue.';
