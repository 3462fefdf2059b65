grant select on public.job_search_texts to authenticated, service_role;

alter table public.job_search_texts enable row level security;

create policy "Members can see the search texts of their tenant" on public.job_search_texts
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
