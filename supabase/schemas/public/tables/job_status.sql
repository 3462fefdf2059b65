-- The columns that scripts and screens of the replaced system use, plus tenant and job.
create table public.job_status (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  job_id uuid not null references public.jobs (id) on delete cascade,
  job_key text not null,
  title text not null,
  tool_id uuid,
  last_status text not null,
  last_finished_at timestamptz not null,
  last_message text,
  last_message_code text,
  last_message_values jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_ordered_at timestamptz not null,
  late_failure_run_id uuid,
  late_failure_at timestamptz,
  shown_state text not null generated always as (
    case when last_status <> 'success' then 'error' when late_failure_run_id is not null then 'late' else 'success' end
  ) stored,
  constraint job_status_is_success_or_error check (last_status in ('success', 'error')),
  constraint job_has_one_status unique (job_id),
  constraint job_status_key_is_unique_in_its_tenant unique (tenant_id, job_key),
  constraint job_status_late_failure_has_a_time check ((late_failure_run_id is null) = (late_failure_at is null)),
  constraint job_status_belongs_to_a_tool_of_its_tenant
    foreign key (tenant_id, tool_id) references public.tools (tenant_id, id) on delete set null (tool_id)
);
create index job_status_failing_first on public.job_status (tenant_id, shown_state, last_ordered_at desc, id desc);
create index job_status_of_a_tool on public.job_status (tenant_id, tool_id);
-- Every open tab repeatedly asks whether anything has changed.
create index job_status_newest_change on public.job_status (tenant_id, updated_at desc);

comment on table public.job_status is 'One row per job that has finished at least once: its latest outcome.';
comment on column public.job_status.id is 'Id in the response to a report; stays the same as long as the job exists.';
comment on column public.job_status.tenant_id is 'The tenant.';
comment on column public.job_status.job_id is 'The job.';
comment on column public.job_status.job_key is 'Key of the job, as reported.';
comment on column public.job_status.title is 'Name to show.';
comment on column public.job_status.tool_id is 'The tool that the job belongs to, if any.';
comment on column public.job_status.last_status is 'success or error: the outcome of the newest run.';
comment on column public.job_status.last_finished_at is 'When that run finished, by the reporter''s clock.';
comment on column public.job_status.last_message is 'The message of that run.';
comment on column public.job_status.last_message_code is 'Code of our own sentence; null for any other message.';
comment on column public.job_status.last_message_values is 'Values of the sentence, by name.';
comment on column public.job_status.created_at is 'When the job first finished.';
comment on column public.job_status.updated_at is 'When the row last changed, by the portal''s clock.';
comment on column public.job_status.last_ordered_at is
  'Position in time of that run: when it finished, corrected if the reporter''s clock was wrong.';
comment on column public.job_status.late_failure_run_id is
  'A failed run that arrived behind a newer success, the latest to arrive; null if none is unexplained. No foreign key, like runs.';
comment on column public.job_status.late_failure_at is 'When the portal received that failure.';
comment on column public.job_status.shown_state is
  'error: the newest run failed; late: it succeeded, but a failure was reported late; success: all is well.';

create trigger note_first_job_messages after insert on public.job_status
  referencing new table as after_rows
  for each statement execute function private.note_job_messages();
create trigger note_job_messages after update on public.job_status
  referencing new table as after_rows
  for each statement execute function private.note_job_messages();
