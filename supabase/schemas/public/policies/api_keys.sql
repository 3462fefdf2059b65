grant
  select (id, tenant_id, name, prefix, scopes, replaces_id, created_by, created_at, expires_at, revoked_at, last_used_at),
  insert (tenant_id, name, prefix, key_hash, scopes, replaces_id, created_by, expires_at),
  update (name, expires_at, revoked_at)
  on public.api_keys to authenticated;
grant select, insert, update, delete on public.api_keys to service_role;

alter table public.api_keys enable row level security;

create policy "Admins can see the API keys of their tenant" on public.api_keys
  for select to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can make API keys in their own name" on public.api_keys
  for insert to authenticated
  with check (tenant_id in (select private.my_admin_tenant_ids()) and created_by = (select auth.uid()));
create policy "Admins can change API keys of their tenant" on public.api_keys
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
