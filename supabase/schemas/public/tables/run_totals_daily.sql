-- Pages must not add up the daily totals of 10,000 jobs. A change adds a row here and locks none, so transactions that finish
-- runs at the same time never wait for each other.
create table public.run_totals_daily (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  plugin_id uuid,
  day date not null,
  is_folded boolean not null default false,
  success_count bigint not null,
  failed_count bigint not null,
  canceled_count bigint not null,
  success_events_sum bigint not null,
  success_duration_count bigint not null,
  success_duration_ms_sum bigint not null,
  started_success_count bigint not null default 0,
  started_failed_count bigint not null default 0,
  started_canceled_count bigint not null default 0
) with (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 500);
create index run_totals_daily_of_tenant on public.run_totals_daily (tenant_id, day);
create index run_totals_daily_of_plugin on public.run_totals_daily (plugin_id, day) where plugin_id is not null;
create index run_totals_daily_to_fold on public.run_totals_daily (id) where not is_folded;

comment on table public.run_totals_daily is
  'run_stats_daily by plugin instead of by job. A day has one folded row, and one row per change since then: add them up.';
comment on column public.run_totals_daily.id is 'Increases with each change.';
comment on column public.run_totals_daily.tenant_id is
  'The tenant. No foreign key, because every change would lock it: without jobs, the rows add up to zero and are deleted.';
comment on column public.run_totals_daily.plugin_id is 'The plugin of the jobs; null for external jobs.';
comment on column public.run_totals_daily.day is
  'Day in the tenant''s time zone on which the runs finished; in started_*, on which they started.';
comment on column public.run_totals_daily.is_folded is
  'Includes all rows before it; false for a change that is not folded yet.';
comment on column public.run_totals_daily.success_count is 'Runs that succeeded.';
comment on column public.run_totals_daily.failed_count is 'Runs that failed.';
comment on column public.run_totals_daily.canceled_count is 'Runs that were canceled.';
comment on column public.run_totals_daily.success_events_sum is
  'Items processed by the successful runs of the portal''s own jobs.';
comment on column public.run_totals_daily.success_duration_count is 'Successful runs whose duration is known.';
comment on column public.run_totals_daily.success_duration_ms_sum is 'Total milliseconds of those runs.';
comment on column public.run_totals_daily.started_success_count is
  'The portal''s own successful runs that started on this day, or were queued if they never started.';
comment on column public.run_totals_daily.started_failed_count is 'The same for failed runs.';
comment on column public.run_totals_daily.started_canceled_count is 'The same for canceled runs.';
