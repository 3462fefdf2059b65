grant select on public.run_totals_daily to authenticated, service_role;

alter table public.run_totals_daily enable row level security;

create policy "Members can see the totals of their tenant" on public.run_totals_daily
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
