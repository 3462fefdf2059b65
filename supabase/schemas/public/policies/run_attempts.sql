grant select on public.run_attempts to authenticated;
grant select, insert, update, delete on public.run_attempts to service_role;

alter table public.run_attempts enable row level security;

create policy "Members can see the attempts of their tenant" on public.run_attempts
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
