create function private.jobs_without_worker(p_tenant_id uuid, p_for interval default interval '150 seconds')
returns table (job_id uuid)
language sql
stable
security invoker
set search_path = ''
as $$
  select j.id
  from (
    select w.id from private.jobs_in_line(1000) w (id)
    union
    select r.job_id from public.runs r
    where r.finished_at is null and r.queue_message_id is not null and r.state = 'pending'
  ) w (id)
  join public.jobs j on j.id = w.id
  join public.plugins p on p.id = j.plugin_id
  where (p_tenant_id is null or j.tenant_id = p_tenant_id)
    and private.has_live_worker()
    and not private.has_worker(p.kind, p.plugin_key, j.plugin_job_name, p_for);
$$;
comment on function private.jobs_without_worker(uuid, interval) is
  'Jobs with waiting runs that no worker could have run for that long, although a worker is running.';

grant execute on function private.jobs_without_worker(uuid, interval) to service_role;
