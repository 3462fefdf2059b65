create table public.runs (
  id uuid primary key default private.new_run_id(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  job_id uuid not null references public.jobs (id) on delete cascade,
  trigger text not null,
  state text not null,
  started_at timestamptz,
  finished_at timestamptz,
  ordered_at timestamptz not null,
  received_at timestamptz not null default now(),
  is_clock_wrong boolean not null default false,
  duration_ms bigint,
  exit_code integer,
  host text,
  message text,
  message_code text,
  message_values jsonb,
  metrics jsonb,
  report_key text,
  api_key_id uuid,
  schedule_id uuid,
  scheduled_for timestamptz,
  priority text not null default 'normal',
  is_exclusive boolean not null default false,
  payload jsonb,
  origin_run_id uuid,
  requested_by uuid,
  attempt integer not null default 0,
  snooze_count integer not null default 0,
  attempt_token uuid,
  worker_id text,
  lease_expires_at timestamptz,
  queue_name text,
  queue_message_id bigint,
  next_attempt_at timestamptz,
  cancel_requested_at timestamptz,
  progress jsonb,
  cursor_before text,
  has_own_cursor boolean not null default false,
  cursor_after text,
  events_processed integer,
  result jsonb,
  error jsonb,
  updated_at timestamptz not null default now(),
  started_or_queued_at timestamptz not null generated always as (coalesce(started_at, received_at)) stored,
  report_attempt integer not null default 1,
  clock_ahead_ms bigint,
  is_reported_late boolean not null default false,
  release_count integer not null default 0,
  deadline_at timestamptz,
  constraint run_trigger_is_known check (trigger in ('report', 'schedule', 'manual', 'api', 'retry')),
  constraint run_state_is_known check (state in ('pending', 'running', 'success', 'failed', 'canceled')),
  constraint finished_run_has_finished_at check ((state in ('success', 'failed', 'canceled')) = (finished_at is not null)),
  constraint run_duration_is_not_negative check (duration_ms >= 0),
  constraint run_message_code_has_values check (
    (message_code is null) = (message_values is null) and (message_code is null or message is not null)
  ),
  constraint run_priority_is_high_or_normal check (priority in ('high', 'normal')),
  constraint running_attempt_has_a_token_and_a_lease check (
    (attempt_token is null) = (lease_expires_at is null)
  ),
  constraint run_events_are_not_negative check (events_processed >= 0)
);
create index runs_of_job_newest_first on public.runs (job_id, ordered_at desc, id desc);
create index runs_of_tenant_newest_first on public.runs (tenant_id, ordered_at desc, id desc);
create unique index runs_one_per_report on public.runs (job_id, report_key, report_attempt) where report_key is not null;
-- Of senders that give several runs, or all, the same id. Finishes of others are in none of these.
create index runs_repeated on public.runs (job_id, report_key, state, finished_at)
  where report_key is not null and origin_run_id is not null;
create index runs_restarted on public.runs (job_id, report_key, started_at)
  where report_key is not null and origin_run_id is not null and started_at is not null;
create index runs_running_by_report on public.runs (job_id, report_key) where report_key is not null and state = 'running';
create index runs_unfinished_of_job on public.runs (job_id, state) where state in ('pending', 'running');
-- Runs that have a message, because they may start or are running. There are few of them, however many wait.
create index runs_queued on public.runs (job_id, state) where finished_at is null and queue_message_id is not null;
-- The line of each job: runs that wait until the job has room for one more.
create index runs_in_line on public.runs (job_id, priority, ordered_at, id)
  where state = 'pending' and queue_message_id is null and next_attempt_at is null;
create index runs_delayed on public.runs (next_attempt_at)
  where state = 'pending' and queue_message_id is null and next_attempt_at is not null;
create index runs_by_lease on public.runs (lease_expires_at) where lease_expires_at is not null;
create index runs_of_portal_newest_first on public.runs (tenant_id, ordered_at desc, id desc) where trigger <> 'report';
create index runs_of_person_newest_first on public.runs (requested_by, ordered_at desc, id desc) where requested_by is not null;
-- With a filter by state and trigger, a page merges the ranges of these indexes, so it does not read the whole run history if
-- almost no run matches.
create index runs_of_tenant_by_state_and_trigger on public.runs (tenant_id, state, trigger, ordered_at desc, id desc);
create index runs_of_job_by_state_and_trigger on public.runs (job_id, state, trigger, ordered_at desc, id desc);
-- Runs in progress are queried as unfinished runs, in order. A query by state could use a plan made for any state, and read
-- the whole run history of a job.
create index runs_unfinished_newest_first on public.runs (job_id, ordered_at desc, id desc) where finished_at is null;
-- Pages of a plugin's runs by their start: the ranges of its jobs and states are merged from the index alone.
create index runs_of_portal_job_by_start on public.runs (job_id, state, started_or_queued_at desc, id desc)
  where trigger <> 'report';
create index runs_reported_late on public.runs (job_id) where is_reported_late;

comment on table public.runs is 'One row per execution of a job.';
comment on column public.runs.id is 'Run id, ascending with time.';
comment on column public.runs.tenant_id is 'The tenant.';
comment on column public.runs.job_id is 'The job.';
comment on column public.runs.trigger is 'What started it: report, schedule, manual, api or retry.';
comment on column public.runs.state is 'pending, running, success, failed or canceled.';
comment on column public.runs.started_at is 'When it started, by the clock of its host.';
comment on column public.runs.finished_at is 'When it finished, by the clock of its host.';
comment on column public.runs.ordered_at is
  'Position in the run history: the reported finish (or start), corrected if that clock was wrong.';
comment on column public.runs.received_at is
  'When the portal received its outcome, or its start until then; when it was requested if the portal runs it.';
comment on column public.runs.is_clock_wrong is
  'The reporter''s clock was more than 1 minute wrong (measured by sent_at), or its time more than 5 minutes in the future.';
comment on column public.runs.duration_ms is 'Milliseconds from start to finish; null when unknown.';
comment on column public.runs.exit_code is 'Exit code of the script.';
comment on column public.runs.host is 'The machine on which it ran.';
comment on column public.runs.message is
  'The run''s message, in English if the sentence is ours; otherwise hostile text: escape it.';
comment on column public.runs.message_code is
  'Code of our own sentence (src/domain/portal-messages.ts, or sentences.ts of a built-in plugin); null for any other message.';
comment on column public.runs.message_values is 'Values of the sentence, by name.';
comment on column public.runs.metrics is 'Numbers that the run reported.';
comment on column public.runs.report_key is
  'Identifies repeats of a report: run:<run_id>, idempotency:<key>, or same:<status>:<finish> for 24 hours.';
comment on column public.runs.api_key_id is
  'The key that reported it; null for the environment''s secret. No foreign key: history outlives keys.';
comment on column public.runs.schedule_id is 'The schedule that started it. No foreign key: history outlives schedules.';
comment on column public.runs.scheduled_for is 'The nominal instant for which it was started.';
comment on column public.runs.priority is 'high: a person waits for it; normal: a schedule started it.';
comment on column public.runs.is_exclusive is 'It waits until no other run of its job is running.';
comment on column public.runs.payload is 'Input of this run.';
comment on column public.runs.origin_run_id is
  'The run that this one repeats; for another outcome of a reported run, the first.';
comment on column public.runs.requested_by is 'The person who started it.';
comment on column public.runs.attempt is 'Number of the current or last attempt, from 1.';
comment on column public.runs.snooze_count is 'How often it was postponed because there was nothing to do yet.';
comment on column public.runs.attempt_token is 'Token of the current attempt: required to report on the run.';
comment on column public.runs.worker_id is 'The worker that holds or held it.';
comment on column public.runs.lease_expires_at is 'When the worker''s lease ends unless it sends a heartbeat.';
comment on column public.runs.queue_name is 'The queue of its message.';
comment on column public.runs.queue_message_id is
  'The id of its message on that queue. A pending run without one waits in the line of its job, or until next_attempt_at.';
comment on column public.runs.next_attempt_at is 'When a pending run can start, if not at once; null once it is due.';
comment on column public.runs.cancel_requested_at is 'When its cancellation was requested.';
comment on column public.runs.progress is
  'How far it is: {total, done, note}, with code and values if the note is our own sentence.';
comment on column public.runs.cursor_before is 'The cursor from which it started; empty for the very beginning.';
comment on column public.runs.has_own_cursor is 'It was started from its own cursor, not from the job''s, which it does not move.';
comment on column public.runs.cursor_after is 'The cursor that it returned.';
comment on column public.runs.events_processed is 'How many items it processed.';
comment on column public.runs.result is 'The data that it returned.';
comment on column public.runs.error is
  'Name and message of its last error, with code and values if the message is our own sentence.';
comment on column public.runs.updated_at is
  'When its state, its progress or the request to cancel it last changed, by the portal''s clock.';
comment on column public.runs.started_or_queued_at is 'When it started, or was received if it has not.';
comment on column public.runs.report_attempt is
  'Number of this outcome among those with its report_key, from 1: a restarted workflow keeps its id.';
comment on column public.runs.clock_ahead_ms is
  'How far ahead of the portal''s the reporter''s clock was when it sent the report; negative if behind, null if not measured.';
comment on column public.runs.is_reported_late is
  'A failure that arrived behind a newer success, and that no later success of its host has explained yet.';
comment on column public.runs.release_count is 'How often a worker that had to stop gave it back.';
comment on column public.runs.deadline_at is 'When the current attempt times out; null unless it is running.';

-- Not for the rest: a worker extends the lease of each run every few seconds.
create trigger note_run_change before update of state, progress, cancel_requested_at on public.runs
  for each row when (
    old.state <> new.state or old.progress is distinct from new.progress
    or old.cancel_requested_at is distinct from new.cancel_requested_at
  )
  execute function private.note_run_change();
