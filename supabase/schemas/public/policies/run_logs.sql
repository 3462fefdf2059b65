grant select on public.run_logs to authenticated;
grant select, insert, update, delete on public.run_logs to service_role;

alter table public.run_logs enable row level security;

create policy "Members can see the logs of their tenant" on public.run_logs
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
