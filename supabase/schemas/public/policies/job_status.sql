grant select on public.job_status to authenticated;
grant select, insert, update, delete on public.job_status to service_role;

alter table public.job_status enable row level security;

create policy "Members can see the job status of their tenant" on public.job_status
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
