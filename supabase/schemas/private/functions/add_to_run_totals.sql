create function private.add_to_run_totals(p_added public.run_stats_daily[], p_deleted public.run_stats_daily[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_is_due boolean;
begin
  with changes as (
    select 1 as sign, a.* from unnest(p_added) a
    union all
    select -1, r.* from unnest(p_deleted) r
  ),
  added as (
    insert into public.run_totals_daily
      (tenant_id, plugin_id, day, success_count, failed_count, canceled_count, success_events_sum,
        success_duration_count, success_duration_ms_sum, started_success_count, started_failed_count, started_canceled_count)
    select
      c.tenant_id, j.plugin_id, c.day, sum(c.sign * c.success_count), sum(c.sign * c.failed_count),
      sum(c.sign * c.canceled_count), sum(c.sign * c.success_events_sum), sum(c.sign * c.success_duration_count),
      sum(c.sign * c.success_duration_ms_sum), sum(c.sign * c.started_success_count),
      sum(c.sign * c.started_failed_count), sum(c.sign * c.started_canceled_count)
    from changes c
    left join public.jobs j on j.id = c.job_id
    group by c.tenant_id, j.plugin_id, c.day
    returning id
  )
  select bool_or(a.id % 256 = 0) into v_is_due from added a;
  if v_is_due then
    perform private.fold_run_totals();
  end if;
end;
$$;
comment on function private.add_to_run_totals(public.run_stats_daily[], public.run_stats_daily[]) is
  'Adds a change of run_stats_daily to run_totals_daily; every 256th change folds. Definer, because only the triggers of '
  'run_stats_daily write that table.';
