create function private.move_run_totals_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.run_totals_daily
    (tenant_id, plugin_id, day, success_count, failed_count, canceled_count, success_events_sum,
      success_duration_count, success_duration_ms_sum, started_success_count, started_failed_count, started_canceled_count)
  select
    s.tenant_id, m.plugin_id, s.day, m.sign * s.success_count, m.sign * s.failed_count, m.sign * s.canceled_count,
    m.sign * s.success_events_sum, m.sign * s.success_duration_count, m.sign * s.success_duration_ms_sum,
    m.sign * s.started_success_count, m.sign * s.started_failed_count, m.sign * s.started_canceled_count
  from public.run_stats_daily s
  cross join (values (-1, old.plugin_id), (1, new.plugin_id)) m (sign, plugin_id)
  where s.job_id = new.id;
  perform private.fold_run_totals();
  return null;
end;
$$;
comment on function private.move_run_totals_of_job() is
  'Moves the totals of a job to its new plugin. Definer, because only triggers write run_totals_daily.';
