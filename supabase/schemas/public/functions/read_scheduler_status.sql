create function public.read_scheduler_status(p_tenant_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'is_enabled', coalesce((select s.is_enabled from public.scheduler_settings s where s.tenant_id = p_tenant_id), true),
      'job_count', count(*),
      'enabled_job_count', count(*) filter (where j.is_enabled),
      'next_due_at', (select min(s.next_due_at) from public.schedules s where s.tenant_id = p_tenant_id)
    )
    from public.jobs j
    where j.tenant_id = p_tenant_id and j.kind = 'plugin'
  ) || public.read_portal_health(p_tenant_id);
end;
$$;
comment on function public.read_scheduler_status(uuid) is
  'The state of a tenant''s scheduler: its switch, its jobs, the next due instant, and the portal''s health.';

grant execute on function public.read_scheduler_status(uuid) to authenticated, service_role;
