grant select on public.occurrences to authenticated;
grant select, insert, update, delete on public.occurrences to service_role;

alter table public.occurrences enable row level security;

create policy "Members can see the occurrences of their tenant" on public.occurrences
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
