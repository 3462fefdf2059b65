-- What the portal needs to know of a job to run it by itself.

alter table public.jobs
  add column plugin_id uuid,
  add column plugin_job_name text,
  add column payload jsonb not null default '{}',
  add column timeout_seconds integer not null default 300,
  add column max_attempts integer not null default 1,
  add column backoff_seconds integer not null default 10,
  add column max_backoff_seconds integer not null default 3600,
  add column concurrency_limit integer,
  add column cursor text,
  add constraint job_belongs_to_a_plugin_of_its_tenant
    foreign key (tenant_id, plugin_id) references public.plugins (tenant_id, id) on delete cascade,
  add constraint plugin_job_names_its_plugin_and_job check (
    (kind = 'plugin') = (plugin_id is not null and plugin_job_name is not null)
  ),
  add constraint job_timeout_is_1_second_to_1_day check (timeout_seconds between 1 and 86400),
  add constraint job_attempts_are_1_to_100 check (max_attempts between 1 and 100),
  add constraint job_backoff_is_not_negative check (backoff_seconds >= 0 and max_backoff_seconds >= backoff_seconds),
  add constraint job_concurrency_is_at_least_1 check (concurrency_limit >= 1),
  add constraint job_can_be_referenced_with_its_tenant unique (tenant_id, id);

create index jobs_of_a_plugin on public.jobs (tenant_id, plugin_id);

comment on column public.jobs.plugin_id is 'The plugin that declares the job; null for an external job.';
comment on column public.jobs.plugin_job_name is 'Name of the job in the plugin''s manifest.';
comment on column public.jobs.payload is 'Input that every run gets unless it was started with another.';
comment on column public.jobs.timeout_seconds is 'An attempt that takes longer is cut.';
comment on column public.jobs.max_attempts is 'Attempts of one run before it fails.';
comment on column public.jobs.backoff_seconds is 'Wait before the second attempt; doubles with each further one.';
comment on column public.jobs.max_backoff_seconds is 'Longest wait between attempts.';
comment on column public.jobs.concurrency_limit is 'Most runs of the job at once, across all workers; null for no limit.';
comment on column public.jobs.cursor is 'Where the last successful run left off; written together with its success.';

drop trigger audit_jobs on public.jobs;
create trigger audit_jobs
  after insert or delete or update of title, tool_id, is_enabled, expected_schedule_type, expected_cron,
    expected_interval_seconds, expected_time_zone, early_tolerance_seconds, late_tolerance_seconds, max_run_seconds,
    min_run_seconds, failure_threshold, recovery_threshold, is_expectation_locked, payload, timeout_seconds, max_attempts,
    backoff_seconds, max_backoff_seconds, concurrency_limit, cursor
  on public.jobs
  for each row execute function private.write_audit_row();

grant insert (tenant_id, job_key, title, kind, plugin_id, plugin_job_name, payload, timeout_seconds, max_attempts,
    backoff_seconds, max_backoff_seconds, concurrency_limit),
  update (title, is_enabled, payload, timeout_seconds, max_attempts, backoff_seconds, max_backoff_seconds,
    concurrency_limit, cursor)
  on public.jobs to authenticated;

create policy "Admins can add plugin jobs to their tenant" on public.jobs
  for insert to authenticated
  with check (tenant_id in (select private.my_admin_tenant_ids()) and kind = 'plugin');
