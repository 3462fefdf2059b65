grant
  select (id, tenant_id, email, role, invited_by, expires_at, accepted_at, accepted_by, revoked_at, created_at),
  insert (tenant_id, email, role, token_hash, invited_by),
  update (revoked_at)
  on public.invitations to authenticated;
grant select, insert, update, delete on public.invitations to service_role;

alter table public.invitations enable row level security;

create policy "Admins can see the invitations of their tenant" on public.invitations
  for select to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can invite in their own name" on public.invitations
  for insert to authenticated
  with check (tenant_id in (select private.my_admin_tenant_ids()) and invited_by = (select auth.uid()));
create policy "Admins can revoke invitations of their tenant" on public.invitations
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
