grant select, update (name, time_zone) on public.tenants to authenticated;
grant select, insert, update, delete on public.tenants to service_role;

alter table public.tenants enable row level security;

create policy "Members can see their tenants" on public.tenants
  for select to authenticated using (id in (select private.my_tenant_ids()));
create policy "Admins can change their tenant" on public.tenants
  for update to authenticated
  using (id in (select private.my_admin_tenant_ids()))
  with check (id in (select private.my_admin_tenant_ids()));
