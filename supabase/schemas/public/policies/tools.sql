grant select, delete,
  insert (tenant_id, name, description, url),
  update (name, description, url)
  on public.tools to authenticated;
grant select, insert, update, delete on public.tools to service_role;

alter table public.tools enable row level security;

create policy "Members can see the tools of their tenant" on public.tools
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can add tools to their tenant" on public.tools
  for insert to authenticated with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can change tools of their tenant" on public.tools
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can delete tools of their tenant" on public.tools
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
