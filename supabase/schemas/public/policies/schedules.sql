-- An admin's client sets the id, because the spread depends on it. From where a schedule continues is set by a trigger.
grant select, delete,
  insert (id, tenant_id, job_id, schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at,
    misfire_policy, misfire_limit, overlap_policy, spread_seconds, blackouts, catch_up_after_enable, updated_at),
  update (schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at, misfire_policy, misfire_limit,
    overlap_policy, spread_seconds, blackouts, catch_up_after_enable, updated_at)
  on public.schedules to authenticated;
grant select, insert, update, delete on public.schedules to service_role;

alter table public.schedules enable row level security;

create policy "Members can see the schedules of their tenant" on public.schedules
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can add schedules to their tenant" on public.schedules
  for insert to authenticated with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can change schedules of their tenant" on public.schedules
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can delete schedules of their tenant" on public.schedules
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
