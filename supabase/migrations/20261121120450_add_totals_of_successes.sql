-- Averages 'per successful run' (reference/plugin-cron-runs.md) without reading the history.

alter table public.run_stats_daily
  add column success_events_sum bigint not null default 0,
  add column success_duration_count integer not null default 0,
  add column success_duration_ms_sum bigint not null default 0;
comment on column public.run_stats_daily.success_events_sum is 'Things that the successful runs of the portal''s own jobs processed.';
comment on column public.run_stats_daily.success_duration_count is 'Successful runs of the portal''s own jobs whose duration is known.';
comment on column public.run_stats_daily.success_duration_ms_sum is 'Milliseconds of those runs together.';

create index run_stats_daily_of_tenant on public.run_stats_daily (tenant_id, day);
