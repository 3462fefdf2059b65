-- Every execution of a job, whoever ran it, with its log, and the daily totals that charts and summaries read.

create function private.new_run_id()
returns uuid
language sql
volatile
set search_path = ''
as $$
  -- UUID version 7 (RFC 9562) with the microsecond in rand_a: ids ascend with time, so a history of millions of runs
  -- keeps a compact index, and runs made one after the other keep their order.
  select encode(
    substring(int8send(clock.microseconds / 1000) from 3)
      || substring(int4send(28672 + (clock.microseconds % 1000 * 4096 / 1000)::integer) from 3)
      || substring(uuid_send(gen_random_uuid()) from 9),
    'hex')::uuid
  from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as microseconds) clock;
$$;
comment on function private.new_run_id() is 'A new UUID version 7.';
grant execute on function private.new_run_id() to service_role;

create table public.runs (
  id uuid primary key default private.new_run_id(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  job_id uuid not null references public.jobs (id) on delete cascade,
  trigger text not null,
  state text not null,
  started_at timestamptz,
  completed_at timestamptz,
  ordered_at timestamptz not null,
  received_at timestamptz not null default now(),
  is_clock_wrong boolean not null default false,
  duration_ms bigint,
  exit_code integer,
  host text,
  message text,
  metrics jsonb,
  report_key text,
  api_key_id uuid,
  constraint run_trigger_is_known check (trigger in ('report', 'schedule', 'manual', 'api', 'retry')),
  constraint run_state_is_known check (state in ('pending', 'running', 'success', 'failed', 'canceled')),
  constraint finished_run_has_completed_at check ((state in ('success', 'failed', 'canceled')) = (completed_at is not null)),
  constraint run_duration_is_not_negative check (duration_ms >= 0)
);
create index runs_of_job_newest_first on public.runs (job_id, ordered_at desc, id desc);
create index runs_of_job_by_state_newest_first on public.runs (job_id, state, ordered_at desc, id desc);
create index runs_of_tenant_newest_first on public.runs (tenant_id, ordered_at desc, id desc);
create unique index runs_one_per_report on public.runs (job_id, report_key) where report_key is not null;
create index runs_unfinished on public.runs (tenant_id, job_id) where state in ('pending', 'running');
comment on table public.runs is 'One row per execution of a job.';
comment on column public.runs.id is 'Run id, ascending with time.';
comment on column public.runs.tenant_id is 'The tenant.';
comment on column public.runs.job_id is 'The job.';
comment on column public.runs.trigger is 'What started it: report, schedule, manual, api or retry.';
comment on column public.runs.state is 'pending, running, success, failed or canceled.';
comment on column public.runs.started_at is 'When it started, as given by whoever ran it.';
comment on column public.runs.completed_at is 'When it finished, as given by whoever ran it.';
comment on column public.runs.ordered_at is
  'Place in the history: the finish (or start) as given, or the time received where that clock was wrong.';
comment on column public.runs.received_at is 'When the portal first heard of it.';
comment on column public.runs.is_clock_wrong is 'The reporter''s time was more than 5 minutes ahead of the portal''s.';
comment on column public.runs.duration_ms is 'Milliseconds from start to finish; null when unknown.';
comment on column public.runs.exit_code is 'Exit code of the script.';
comment on column public.runs.host is 'Machine that ran it.';
comment on column public.runs.message is 'What the run said; hostile text, escape it.';
comment on column public.runs.metrics is 'Numbers that the run reported.';
comment on column public.runs.report_key is
  'What makes a report the same report: run:<run_id>, idempotency:<key>, or same:<status>:<finish> for 24 hours.';
comment on column public.runs.api_key_id is 'The key that reported it; null for the environment''s secret. No foreign key: keys may go, history stays.';

grant select on public.runs to authenticated;
grant select, insert, update, delete on public.runs to service_role;

alter table public.runs enable row level security;

create policy "Members can see the runs of their tenant" on public.runs
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));

create table public.run_logs (
  run_id uuid primary key references public.runs (id) on delete cascade,
  tenant_id uuid not null,
  head text not null,
  tail text not null default '',
  cut_characters bigint not null default 0,
  constraint run_log_cut_is_not_negative check (cut_characters >= 0)
);
comment on table public.run_logs is 'Log of a run: head and tail within the limit, secrets redacted before storing.';
comment on column public.run_logs.run_id is 'The run.';
comment on column public.run_logs.tenant_id is 'The tenant.';
comment on column public.run_logs.head is 'Beginning of the log, or all of it.';
comment on column public.run_logs.tail is 'End of the log, when the middle was cut.';
comment on column public.run_logs.cut_characters is 'How many characters were cut between head and tail.';

grant select on public.run_logs to authenticated;
grant select, insert, update, delete on public.run_logs to service_role;

alter table public.run_logs enable row level security;

create policy "Members can see the logs of their tenant" on public.run_logs
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));

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
  primary key (job_id, day)
);
comment on table public.run_stats_daily is 'Daily totals of a job''s finished runs, kept with each run, so that charts do not read the history.';
comment on column public.run_stats_daily.job_id is 'The job.';
comment on column public.run_stats_daily.day is 'Day in the tenant''s time zone in which the runs finished.';
comment on column public.run_stats_daily.tenant_id is 'The tenant.';
comment on column public.run_stats_daily.success_count is 'Runs that succeeded.';
comment on column public.run_stats_daily.failed_count is 'Runs that failed.';
comment on column public.run_stats_daily.canceled_count is 'Runs that were canceled.';
comment on column public.run_stats_daily.duration_count is 'Runs whose duration is known.';
comment on column public.run_stats_daily.duration_ms_sum is 'Milliseconds of those runs together.';
comment on column public.run_stats_daily.duration_ms_max is 'Milliseconds of the longest.';

grant select on public.run_stats_daily to authenticated;
grant select, insert, update, delete on public.run_stats_daily to service_role;

alter table public.run_stats_daily enable row level security;

create policy "Members can see the daily totals of their tenant" on public.run_stats_daily
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
