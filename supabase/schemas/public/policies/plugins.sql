grant select, delete,
  insert (tenant_id, plugin_key, name, kind, base_url, manifest, manifest_text, is_enabled, concurrency_limit),
  update (name, base_url, manifest, manifest_text, is_enabled, concurrency_limit)
  on public.plugins to authenticated;
grant select, insert, update, delete on public.plugins to service_role;

alter table public.plugins enable row level security;

create policy "Members can see the plugins of their tenant" on public.plugins
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can add plugins to their tenant" on public.plugins
  for insert to authenticated with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can change plugins of their tenant" on public.plugins
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can delete plugins of their tenant" on public.plugins
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
