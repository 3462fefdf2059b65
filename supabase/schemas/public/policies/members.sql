grant select, delete, update (role, display_name) on public.members to authenticated;
grant select, insert, update, delete on public.members to service_role;

alter table public.members enable row level security;

create policy "Members can see the members of their tenants" on public.members
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can change the members of their tenant" on public.members
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can remove members of their tenant" on public.members
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
