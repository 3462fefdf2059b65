grant select, insert (tenant_id, is_enabled), update (is_enabled) on public.scheduler_settings to authenticated;
grant select, insert, update, delete on public.scheduler_settings to service_role;

alter table public.scheduler_settings enable row level security;

create policy "Members can see whether their schedules are on" on public.scheduler_settings
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can switch schedules on and off for the first time" on public.scheduler_settings
  for insert to authenticated with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can switch schedules on and off" on public.scheduler_settings
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
