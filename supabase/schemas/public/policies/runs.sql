grant select on public.runs to authenticated;
grant select, insert, update, delete on public.runs to service_role;

alter table public.runs enable row level security;

create policy "Members can see the runs of their tenant" on public.runs
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
