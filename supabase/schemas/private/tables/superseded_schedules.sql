create table private.superseded_schedules (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  job_id uuid not null references public.jobs (id) on delete cascade,
  schedule_id uuid not null,
  schedule jsonb not null,
  next_nominal_at timestamptz,
  next_due_at timestamptz,
  superseded_at timestamptz not null,
  is_deleted boolean not null
);
create index superseded_schedules_by_due on private.superseded_schedules (next_due_at);
create index superseded_schedules_of_job on private.superseded_schedules (job_id);
create index superseded_schedules_of_tenant on private.superseded_schedules (tenant_id);

comment on table private.superseded_schedules is
  'What a schedule was before it was changed or deleted, until the next tick has decided the instants that were due by then.';
comment on column private.superseded_schedules.id is 'Id of this version.';
comment on column private.superseded_schedules.tenant_id is 'The tenant.';
comment on column private.superseded_schedules.job_id is 'The job.';
comment on column private.superseded_schedules.schedule_id is 'The schedule. No foreign key: it may be deleted.';
comment on column private.superseded_schedules.schedule is 'Its row before the change.';
comment on column private.superseded_schedules.next_nominal_at is 'Like in schedules; null once all its instants are decided.';
comment on column private.superseded_schedules.next_due_at is 'Like in schedules.';
comment on column private.superseded_schedules.superseded_at is 'When it was changed or deleted: later instants are not its own.';
comment on column private.superseded_schedules.is_deleted is 'It was deleted: its instants do not run, and say so.';
