grant select on public.audit_log to authenticated;
grant select, insert on public.audit_log to service_role;

alter table public.audit_log enable row level security;

create policy "Admins can read the audit log of their tenant" on public.audit_log
  for select to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
