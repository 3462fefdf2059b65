grant select on public.run_error_stacks to authenticated;
grant select, insert, update, delete on public.run_error_stacks to service_role;

alter table public.run_error_stacks enable row level security;

create policy "Admins can read the error stacks of their tenant" on public.run_error_stacks
  for select to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
