create table public.run_stats_daily (
  job_id uuid not null references public.jobs (id) on delete cascade,
  day date not null,
  tenant_id uuid not null,
  success_count integer not null default 0,
  failed_count integer not null default 0,
  canceled_count integer not null default 0,
  duration_count integer not null default 0,
  duration_ms_sum bigint not null default 0,
  duration_ms_max bigint not null default 0,
  success_events_sum bigint not null default 0,
  success_duration_count integer not null default 0,
  success_duration_ms_sum bigint not null default 0,
  started_success_count integer not null default 0,
  started_failed_count integer not null default 0,
  started_canceled_count integer not null default 0,
  primary key (job_id, day)
);
create index run_stats_daily_of_tenant on public.run_stats_daily (tenant_id, day);

comment on table public.run_stats_daily is
  'Daily totals of a job''s finished runs, updated with each run, so that charts need not read the run history.';
comment on column public.run_stats_daily.job_id is 'The job.';
comment on column public.run_stats_daily.day is
  'Day in the tenant''s time zone on which the runs finished; in started_*, on which they started.';
comment on column public.run_stats_daily.tenant_id is 'The tenant.';
comment on column public.run_stats_daily.success_count is 'Runs that succeeded.';
comment on column public.run_stats_daily.failed_count is 'Runs that failed.';
comment on column public.run_stats_daily.canceled_count is 'Runs that were canceled.';
comment on column public.run_stats_daily.duration_count is 'Runs whose duration is known.';
comment on column public.run_stats_daily.duration_ms_sum is 'Total milliseconds of those runs.';
comment on column public.run_stats_daily.duration_ms_max is 'Milliseconds of the longest run.';
comment on column public.run_stats_daily.success_events_sum is
  'Items processed by the successful runs of the portal''s own jobs.';
comment on column public.run_stats_daily.success_duration_count is 'Successful runs whose duration is known.';
comment on column public.run_stats_daily.success_duration_ms_sum is 'Total milliseconds of those runs.';
comment on column public.run_stats_daily.started_success_count is
  'The portal''s own successful runs that started on this day, or were queued if they never started.';
comment on column public.run_stats_daily.started_failed_count is 'The same for failed runs.';
comment on column public.run_stats_daily.started_canceled_count is 'The same for canceled runs.';

create trigger note_added_run_stats after insert on public.run_stats_daily
  referencing new table as after_rows
  for each statement execute function private.note_run_stats();
create trigger note_changed_run_stats after update on public.run_stats_daily
  referencing old table as before_rows new table as after_rows
  for each statement execute function private.note_run_stats();
create trigger note_deleted_run_stats after delete on public.run_stats_daily
  referencing old table as before_rows
  for each statement execute function private.note_run_stats();
