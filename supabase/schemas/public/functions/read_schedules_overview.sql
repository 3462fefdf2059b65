-- One call instead of several, because each round trip costs more than its query. Row level security applies to all that it
-- reads.
create function public.read_schedules_overview(p_tenant_id uuid, p_due_until timestamptz default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'status', public.read_scheduler_status(p_tenant_id),
    'plugins', (
      select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'names', p.names) order by p.name, p.id), '[]')
      from (
        select l.id, l.name, l.manifest -> 'name' as names
        from public.plugins l
        where l.tenant_id = p_tenant_id
        order by l.name, l.id
        limit 500
      ) p
    ),
    'due', case when p_due_until is null then '[]' else (
      select coalesce(jsonb_agg(to_jsonb(d) order by d.next_due_at, d.job_id), '[]')
      from (
        select
          j.id as job_id, j.title, j.titles, j.created_at as job_created_at, p.name as plugin_name,
          p.manifest -> 'name' as plugin_names, s.id as schedule_id, s.schedule_type, s.cron_expression, s.time_zone,
          s.interval_seconds, s.anchor_at, s.run_at,
          s.misfire_policy, s.misfire_limit, s.overlap_policy, s.spread_seconds, s.blackouts, s.catch_up_after_enable,
          s.next_nominal_at, s.next_due_at
        from public.schedules s
        join public.jobs j on j.id = s.job_id
        join public.plugins p on p.id = j.plugin_id
        where s.tenant_id = p_tenant_id
          and s.next_due_at < p_due_until
          and j.kind = 'plugin'
          and j.is_enabled
          and p.is_enabled
        order by s.next_due_at, j.id
        limit 1001
      ) d
    ) end
  );
end;
$$;
comment on function public.read_schedules_overview(uuid, timestamptz) is
  'What the page shows around the list of schedules: the scheduler''s status, the names of up to 500 plugins and, with '
  'p_due_until, the first 1,001 jobs that are due before it, with their schedules.';

grant execute on function public.read_schedules_overview(uuid, timestamptz) to authenticated, service_role;
