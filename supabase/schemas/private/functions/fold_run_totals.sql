create function private.fold_run_totals()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- If another transaction is folding, these rows are included next time.
  if not pg_try_advisory_xact_lock(hashtext('tc_portal.fold_run_totals')) then
    return;
  end if;
  with changed as (
    select distinct t.tenant_id, t.plugin_id, t.day from public.run_totals_daily t where not t.is_folded
  ),
  taken as (
    delete from public.run_totals_daily t
    using changed c
    where t.tenant_id = c.tenant_id and t.day = c.day and t.plugin_id is not distinct from c.plugin_id
    returning t.*
  )
  insert into public.run_totals_daily
    (tenant_id, plugin_id, day, is_folded, success_count, failed_count, canceled_count, success_events_sum,
      success_duration_count, success_duration_ms_sum, started_success_count, started_failed_count, started_canceled_count)
  select
    t.tenant_id, t.plugin_id, t.day, true, sum(t.success_count), sum(t.failed_count), sum(t.canceled_count),
    sum(t.success_events_sum), sum(t.success_duration_count), sum(t.success_duration_ms_sum),
    sum(t.started_success_count), sum(t.started_failed_count), sum(t.started_canceled_count)
  from taken t
  group by t.tenant_id, t.plugin_id, t.day
  having sum(t.success_count) <> 0 or sum(t.failed_count) <> 0 or sum(t.canceled_count) <> 0
    or sum(t.started_success_count) <> 0 or sum(t.started_failed_count) <> 0 or sum(t.started_canceled_count) <> 0;
end;
$$;
comment on function private.fold_run_totals() is
  'Combines the rows of each day in run_totals_daily into one. Definer, because only its triggers write that table.';
