create table public.occurrences (
  id uuid primary key default private.new_run_id(),
  tenant_id uuid not null,
  job_id uuid not null references public.jobs (id) on delete cascade,
  schedule_id uuid,
  nominal_at timestamptz not null,
  through_nominal_at timestamptz not null,
  instant_count bigint not null default 1,
  due_at timestamptz not null,
  state text not null,
  reason text,
  run_id uuid,
  created_at timestamptz not null default now(),
  constraint occurrence_state_is_known check (state in ('expected', 'started', 'skipped', 'missed', 'excused', 'unknown')),
  constraint occurrence_that_did_not_run_says_why check (state in ('expected', 'started') or reason is not null),
  constraint started_occurrence_has_its_run check ((state = 'started') = (run_id is not null)),
  constraint occurrence_counts_its_instants check (instant_count >= 1 and through_nominal_at >= nominal_at)
);
create unique index occurrences_one_per_instant on public.occurrences (schedule_id, nominal_at);
create unique index occurrences_one_per_expected_instant on public.occurrences (job_id, nominal_at) where schedule_id is null;
create index occurrences_of_job_newest_first on public.occurrences (job_id, nominal_at desc);
create index occurrences_of_tenant_newest_first on public.occurrences (tenant_id, nominal_at desc);

comment on table public.occurrences is
  'Every instant at which a job should have run: whether it ran, and if not, why. Expectations of external jobs use it without '
  'a schedule.';
comment on column public.occurrences.id is 'Occurrence id.';
comment on column public.occurrences.tenant_id is 'The tenant.';
comment on column public.occurrences.job_id is 'The job.';
comment on column public.occurrences.schedule_id is
  'The schedule; null for an expectation of an external job. No foreign key: history outlives schedules.';
comment on column public.occurrences.nominal_at is 'The instant of the schedule (the first one if several share the row).';
comment on column public.occurrences.through_nominal_at is 'The last instant in the row.';
comment on column public.occurrences.instant_count is
  'Number of consecutive instants in the row, which did not run for the same reason.';
comment on column public.occurrences.due_at is 'The instant plus the spread offset.';
comment on column public.occurrences.state is 'expected, started, skipped, missed, excused or unknown.';
comment on column public.occurrences.reason is 'Why it did not run.';
comment on column public.occurrences.run_id is 'The run that was started.';
comment on column public.occurrences.created_at is 'When the tick decided.';
