grant select, delete,
  insert (tenant_id, job_key, title, titles, kind, plugin_id, plugin_job_name, payload, timeout_seconds, max_attempts,
    backoff_seconds, max_backoff_seconds, concurrency_limit),
  update (title, is_enabled, payload, timeout_seconds, max_attempts, backoff_seconds, max_backoff_seconds, concurrency_limit,
    cursor, is_expectation_locked, staff_can_run)
  on public.jobs to authenticated;
grant select, insert, update, delete on public.jobs to service_role;

alter table public.jobs enable row level security;

create policy "Members can see the jobs of their tenant" on public.jobs
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can change jobs of their tenant" on public.jobs
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can delete jobs of their tenant" on public.jobs
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can add plugin jobs to their tenant" on public.jobs
  for insert to authenticated
  with check (tenant_id in (select private.my_admin_tenant_ids()) and kind = 'plugin');
