grant select on public.run_stats_daily to authenticated;
grant select, insert, update, delete on public.run_stats_daily to service_role;

alter table public.run_stats_daily enable row level security;

create policy "Members can see the daily totals of their tenant" on public.run_stats_daily
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
