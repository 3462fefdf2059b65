create function public.read_scheduler_status(p_tenant_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_off public.off_periods;
begin
  select * into v_off from public.off_periods o where o.subject_id = p_tenant_id and o.until is null;
  return (
    select jsonb_build_object(
      'is_enabled', coalesce((select s.is_enabled from public.scheduler_settings s where s.tenant_id = p_tenant_id), true),
      'job_count', count(*),
      'enabled_job_count', count(*) filter (where j.is_enabled),
      'off_since', v_off.since,
      'off_by', v_off.since_by,
      -- Nothing is next while everything is off.
      'next_due_at', case when v_off.id is null then (
        select s.next_due_at
        from public.schedules s
        join public.jobs k on k.id = s.job_id and k.is_enabled
        join public.plugins p on p.id = k.plugin_id and p.is_enabled
        where s.tenant_id = p_tenant_id and s.next_due_at is not null
        order by s.next_due_at
        limit 1
      ) end
    )
    from public.jobs j
    where j.tenant_id = p_tenant_id and j.kind = 'plugin'
  ) || public.read_portal_health(p_tenant_id);
end;
$$;
comment on function public.read_scheduler_status(uuid) is
  'The state of a tenant''s scheduler: its switch, since when and by whom it is off, its jobs, the next due instant (null while '
  'it is off), and the portal''s health.';

grant execute on function public.read_scheduler_status(uuid) to authenticated, service_role;
