create view public.plugin_job_overview
with (security_invoker = true)
as
  select
    j.id as job_id, j.tenant_id, j.job_key, j.title, j.plugin_id, p.plugin_key, p.name as plugin_name,
    j.plugin_job_name,
    (
      select coalesce(d.job -> 'description', d.job -> 'title')
      from jsonb_array_elements(case when jsonb_typeof(p.manifest -> 'jobs') = 'array' then p.manifest -> 'jobs' end) d (job)
      where d.job ->> 'name' = j.plugin_job_name
      limit 1
    ) as declared_description,
    j.is_enabled, p.is_enabled as is_plugin_enabled, j.created_at as job_created_at,
    s.id as schedule_id, s.schedule_type, s.cron_expression, s.time_zone, s.interval_seconds, s.anchor_at, s.run_at,
    s.misfire_policy, s.misfire_limit, s.overlap_policy, s.spread_seconds, s.blackouts, s.catch_up_after_enable,
    s.next_nominal_at, s.next_due_at, s.last_nominal_at,
    t.last_status, t.last_finished_at, t.last_message,
    r.id as latest_run_id, r.state as latest_run_state, r.trigger as latest_run_trigger,
    coalesce(r.started_at, r.received_at) as latest_run_at, r.finished_at as latest_run_finished_at,
    x.name_text, j.titles, p.manifest -> 'name' as plugin_names,
    o.reason as off_reason, o.since as off_since, o.since_by as off_by
  from public.jobs j
  join public.plugins p on p.id = j.plugin_id
  left join public.schedules s on s.job_id = j.id
  left join public.job_status t on t.job_id = j.id
  left join public.job_search_texts x on x.job_id = j.id
  left join lateral (
    select l.id, l.state, l.trigger, l.started_at, l.received_at, l.finished_at
    from public.runs l
    where l.job_id = j.id
    order by l.ordered_at desc, l.id desc
    limit 1
  ) r on true
  left join lateral (
    select f.reason, f.since, f.since_by
    from public.off_periods f
    where f.subject_id in (j.id, j.plugin_id, j.tenant_id) and f.until is null
    order by f.job_id is not null, f.plugin_id is not null
    limit 1
  ) o on true
  where j.kind = 'plugin';
comment on view public.plugin_job_overview is
  'Each job that the portal runs, with its schedule, its status and its newest run, and why, since when and by whom it is off.';

grant select on public.plugin_job_overview to authenticated, service_role;
