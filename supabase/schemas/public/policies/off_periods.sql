grant select on public.off_periods to authenticated;
grant select, insert, update, delete on public.off_periods to service_role;

alter table public.off_periods enable row level security;

create policy "Members can see when something of their tenant was off" on public.off_periods
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
