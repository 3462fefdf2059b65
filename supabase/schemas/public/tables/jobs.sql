create table public.jobs (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  job_key text not null,
  title text not null,
  titles jsonb,
  kind text not null default 'external',
  tool_id uuid,
  plugin_id uuid,
  plugin_job_name text,
  is_enabled boolean not null default true,
  payload jsonb not null default '{}',
  timeout_seconds integer not null default 300,
  max_attempts integer not null default 1,
  backoff_seconds integer not null default 10,
  max_backoff_seconds integer not null default 3600,
  concurrency_limit integer,
  cursor text,
  expected_schedule_type text,
  expected_cron text,
  expected_interval_seconds integer,
  expected_time_zone text,
  early_tolerance_seconds integer,
  late_tolerance_seconds integer,
  max_run_seconds integer,
  min_run_seconds integer,
  failure_threshold integer,
  recovery_threshold integer,
  is_expectation_locked boolean not null default false,
  latest_run_id uuid,
  latest_ordered_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  staff_can_run boolean not null default false,
  constraint job_key_is_1_to_200_characters check (length(job_key) between 1 and 200),
  constraint job_title_is_1_to_500_characters check (length(title) between 1 and 500),
  constraint job_kind_is_external_or_plugin check (kind in ('external', 'plugin')),
  constraint job_key_is_unique_in_its_tenant unique (tenant_id, job_key),
  constraint job_belongs_to_a_tool_of_its_tenant
    foreign key (tenant_id, tool_id) references public.tools (tenant_id, id) on delete set null (tool_id),
  constraint job_expects_a_cron_or_an_interval check (
    case expected_schedule_type
      when 'cron' then expected_cron is not null and expected_time_zone is not null and expected_interval_seconds is null
      when 'interval' then expected_interval_seconds between 1 and 31622400 and expected_cron is null
      else expected_schedule_type is null and expected_cron is null and expected_interval_seconds is null
    end
  ),
  constraint job_expected_cron_is_at_most_200_characters check (length(expected_cron) <= 200),
  constraint job_tolerances_are_at_most_1_year check (
    early_tolerance_seconds between 0 and 31622400
    and late_tolerance_seconds between 0 and 31622400
    and max_run_seconds between 0 and 31622400
    and min_run_seconds between 0 and 31622400
  ),
  constraint job_thresholds_are_1_to_1000 check (
    failure_threshold between 1 and 1000 and recovery_threshold between 1 and 1000
  ),
  constraint job_belongs_to_a_plugin_of_its_tenant
    foreign key (tenant_id, plugin_id) references public.plugins (tenant_id, id) on delete cascade,
  constraint plugin_job_names_its_plugin_and_job check (
    (kind = 'plugin') = (plugin_id is not null and plugin_job_name is not null)
  ),
  constraint job_timeout_is_1_second_to_1_day check (timeout_seconds between 1 and 86400),
  constraint job_attempts_are_1_to_100 check (max_attempts between 1 and 100),
  constraint job_backoffs_are_at_most_1_day check (
    backoff_seconds between 0 and 86400 and max_backoff_seconds between 0 and 86400
  ),
  constraint job_backoff_is_at_most_the_longest check (backoff_seconds <= max_backoff_seconds),
  constraint job_concurrency_is_1_to_1000 check (concurrency_limit between 1 and 1000),
  constraint job_cursor_is_at_most_8000_characters check (length(cursor) <= 8000),
  constraint job_can_be_referenced_with_its_tenant unique (tenant_id, id),
  constraint job_titles_are_in_both_languages check (
    titles is null
    or (titles ?& array['ja', 'en'] and jsonb_typeof(titles -> 'ja') = 'string' and jsonb_typeof(titles -> 'en') = 'string')
  )
);
create index jobs_of_a_tool on public.jobs (tenant_id, tool_id);
create index jobs_of_a_plugin on public.jobs (tenant_id, plugin_id);
create index plugin_jobs_by_title on public.jobs (tenant_id, title, id) where kind = 'plugin';
-- The filter of the list of runs reads jobs in this order, so they need not be sorted each time.
create index jobs_by_title on public.jobs (tenant_id, title, id);

comment on table public.jobs is 'Everything that should run: scripts that report in (external) and plugin jobs that the portal runs.';
comment on column public.jobs.id is 'Job id.';
comment on column public.jobs.tenant_id is 'The tenant.';
comment on column public.jobs.job_key is 'The key under which scripts report; unique in the tenant.';
comment on column public.jobs.title is 'Name to show, from the newest report or the plugin.';
comment on column public.jobs.titles is
  'The title in the plugin''s manifest, {ja, en}; null if the manifest has one text, or after an admin renamed the job.';
comment on column public.jobs.kind is 'external: the job runs elsewhere and sends reports; plugin: the portal runs it.';
comment on column public.jobs.tool_id is 'The tool that the job belongs to, if any.';
comment on column public.jobs.plugin_id is 'The plugin that declares the job; null for an external job.';
comment on column public.jobs.plugin_job_name is 'Name of the job in the plugin''s manifest.';
comment on column public.jobs.is_enabled is 'Whether the schedule starts the job.';
comment on column public.jobs.payload is 'Input of every run that was started without its own.';
comment on column public.jobs.timeout_seconds is 'How long one attempt can take before it times out.';
comment on column public.jobs.max_attempts is 'Attempts of one run before it fails.';
comment on column public.jobs.backoff_seconds is 'Wait before the second attempt; doubles for each further one.';
comment on column public.jobs.max_backoff_seconds is 'Longest wait between attempts.';
comment on column public.jobs.concurrency_limit is 'Most runs of the job at once, across all workers; null for no limit.';
comment on column public.jobs.cursor is
  'Where the last successful run that started from it left off; stored together with its success.';
comment on column public.jobs.expected_schedule_type is 'cron or interval: when runs are expected; null if none are expected.';
comment on column public.jobs.expected_cron is 'Cron expression of the expectation.';
comment on column public.jobs.expected_interval_seconds is 'Seconds between expected runs.';
comment on column public.jobs.expected_time_zone is 'IANA zone in which the cron expression is read.';
comment on column public.jobs.early_tolerance_seconds is 'How early a report can arrive and still count for its occurrence.';
comment on column public.jobs.late_tolerance_seconds is 'How late a report can arrive before the run counts as missed.';
comment on column public.jobs.max_run_seconds is 'A longer run is an overrun.';
comment on column public.jobs.min_run_seconds is 'A shorter run is too fast.';
comment on column public.jobs.failure_threshold is 'Failures in a row that open an incident.';
comment on column public.jobs.recovery_threshold is 'Successes in a row that resolve it.';
comment on column public.jobs.is_expectation_locked is 'A person set the expectation; reports no longer change it.';
comment on column public.jobs.latest_run_id is 'The run that job_status shows.';
comment on column public.jobs.latest_ordered_at is 'Position in time of that run; an older report does not replace it.';
comment on column public.jobs.created_at is 'When the portal first received a report for the job, or created it.';
comment on column public.jobs.updated_at is 'When the row last changed.';
comment on column public.jobs.staff_can_run is 'Whether staff, too, can start the job by hand, with its own payload and cursor.';

create trigger touch_jobs before update on public.jobs
  for each row execute function private.touch_updated_at();
create trigger audit_jobs
  after insert or delete or update of title, tool_id, is_enabled, expected_schedule_type, expected_cron,
    expected_interval_seconds, expected_time_zone, early_tolerance_seconds, late_tolerance_seconds, max_run_seconds,
    min_run_seconds, failure_threshold, recovery_threshold, is_expectation_locked, payload, timeout_seconds, max_attempts,
    backoff_seconds, max_backoff_seconds, concurrency_limit, cursor, staff_can_run
  on public.jobs
  for each row execute function private.write_audit_row();
create trigger delete_run_stats before delete on public.jobs
  for each row execute function private.delete_run_stats_of_job();
create trigger delete_messages before delete on public.jobs
  for each row execute function private.delete_messages_of_job();
create trigger fit_queue_to_limit after update of concurrency_limit on public.jobs
  for each row when (old.concurrency_limit is distinct from new.concurrency_limit)
  execute function private.fit_queue_to_limit();
create trigger move_run_totals after update of plugin_id on public.jobs
  for each row when (old.plugin_id is distinct from new.plugin_id)
  execute function private.move_run_totals_of_job();
create trigger forget_declared_titles before update of title on public.jobs
  for each row when (old.title <> new.title and old.titles is not distinct from new.titles)
  execute function private.forget_declared_titles();
create trigger note_new_job_name after insert on public.jobs
  for each row execute function private.note_job_name();
create trigger note_job_name after update of job_key, title, titles on public.jobs
  for each row when (old.job_key <> new.job_key or old.title <> new.title or old.titles is distinct from new.titles)
  execute function private.note_job_name();
create trigger note_off_since_creation after insert on public.jobs
  for each row when (not new.is_enabled)
  execute function private.note_off_period();
create trigger note_off_period after update of is_enabled on public.jobs
  for each row when (old.is_enabled <> new.is_enabled)
  execute function private.note_off_period();
