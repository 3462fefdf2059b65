-- What a run needs to be leased by a worker, tried again, canceled and followed.

alter table public.runs
  add column schedule_id uuid,
  add column scheduled_for timestamptz,
  add column priority text not null default 'normal',
  add column is_exclusive boolean not null default false,
  add column payload jsonb,
  add column origin_run_id uuid,
  add column requested_by uuid,
  add column attempt integer not null default 0,
  add column snooze_count integer not null default 0,
  add column attempt_token uuid,
  add column worker_id text,
  add column lease_expires_at timestamptz,
  add column queue_name text,
  add column queue_message_id bigint,
  add column next_attempt_at timestamptz,
  add column cancel_requested_at timestamptz,
  add column progress jsonb,
  add column cursor_before text,
  add column has_own_cursor boolean not null default false,
  add column cursor_after text,
  add column events_processed integer,
  add column result jsonb,
  add column error jsonb,
  add constraint run_priority_is_high_or_normal check (priority in ('high', 'normal')),
  add constraint running_attempt_has_a_token_and_a_lease check (
    (attempt_token is null) = (lease_expires_at is null)
  ),
  add constraint run_events_are_not_negative check (events_processed >= 0);

create index runs_of_tenant_by_state_newest_first on public.runs (tenant_id, state, ordered_at desc, id desc);
create index runs_unfinished_of_job on public.runs (job_id, state) where state in ('pending', 'running');
create index runs_waiting_alone on public.runs (job_id) where state = 'pending' and is_exclusive;
create index runs_by_lease on public.runs (lease_expires_at) where lease_expires_at is not null;
drop index public.runs_unfinished;

comment on column public.runs.schedule_id is 'The schedule that started it. No foreign key: schedules may go, history stays.';
comment on column public.runs.scheduled_for is 'The nominal instant that it was started for.';
comment on column public.runs.priority is 'high: a person waits for it; normal: a schedule started it.';
comment on column public.runs.is_exclusive is 'Waits until no other run of its job is running.';
comment on column public.runs.payload is 'Input of this run.';
comment on column public.runs.origin_run_id is 'The run that this one repeats.';
comment on column public.runs.requested_by is 'The person who started it.';
comment on column public.runs.attempt is 'Number of the current or last attempt, from 1.';
comment on column public.runs.snooze_count is 'How often it found nothing to do yet and was put off.';
comment on column public.runs.attempt_token is 'Receipt of the current attempt: whoever does not hold it may not report on the run.';
comment on column public.runs.worker_id is 'The worker that holds or held it.';
comment on column public.runs.lease_expires_at is 'Until when the worker holds it without a heartbeat.';
comment on column public.runs.queue_name is 'Queue that its message is on.';
comment on column public.runs.queue_message_id is 'Its message on that queue.';
comment on column public.runs.next_attempt_at is 'When a pending run may start, if not at once.';
comment on column public.runs.cancel_requested_at is 'When somebody asked to cancel it.';
comment on column public.runs.progress is 'How far it is: {total, done, note}.';
comment on column public.runs.has_own_cursor is 'It was started from a cursor of its own, not from its job''s.';
comment on column public.runs.cursor_before is 'Cursor that it started from; empty for the very beginning.';
comment on column public.runs.cursor_after is 'Cursor that it left.';
comment on column public.runs.events_processed is 'How many things it processed.';
comment on column public.runs.result is 'What it answered.';
comment on column public.runs.error is 'Name and message of its last error.';

create table public.run_error_stacks (
  run_id uuid primary key references public.runs (id) on delete cascade,
  tenant_id uuid not null,
  stack text not null
);
comment on table public.run_error_stacks is 'Stack of a run''s last error, which only admins may read.';
comment on column public.run_error_stacks.run_id is 'The run.';
comment on column public.run_error_stacks.tenant_id is 'The tenant.';
comment on column public.run_error_stacks.stack is 'The stack, clipped and redacted.';
grant select on public.run_error_stacks to authenticated;
grant select, insert, update, delete on public.run_error_stacks to service_role;
alter table public.run_error_stacks enable row level security;
create policy "Admins can read the error stacks of their tenant" on public.run_error_stacks
  for select to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));

create table public.run_attempts (
  run_id uuid not null references public.runs (id) on delete cascade,
  attempt integer not null,
  tenant_id uuid not null,
  worker_id text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text,
  error jsonb,
  primary key (run_id, attempt),
  constraint attempt_outcome_is_known check (
    outcome in ('success', 'failed', 'retry', 'canceled', 'snoozed', 'released', 'lost', 'timed_out')
  ),
  constraint ended_attempt_has_an_outcome check ((ended_at is null) = (outcome is null))
);
comment on table public.run_attempts is 'One row per try of a run by a worker.';
comment on column public.run_attempts.run_id is 'The run.';
comment on column public.run_attempts.attempt is 'From 1.';
comment on column public.run_attempts.tenant_id is 'The tenant.';
comment on column public.run_attempts.worker_id is 'The worker.';
comment on column public.run_attempts.started_at is 'When the worker took it.';
comment on column public.run_attempts.ended_at is 'When it ended or was found lost.';
comment on column public.run_attempts.outcome is 'success, failed, retry, canceled, snoozed, released, lost or timed_out.';
comment on column public.run_attempts.error is 'Name and message of its error.';
grant select on public.run_attempts to authenticated;
grant select, insert, update, delete on public.run_attempts to service_role;
alter table public.run_attempts enable row level security;
create policy "Members can see the attempts of their tenant" on public.run_attempts
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));

create table private.heartbeats (
  process text primary key,
  beat_at timestamptz not null,
  started_at timestamptz not null default now(),
  details jsonb not null default '{}'
);
comment on table private.heartbeats is 'When each scheduler and worker was last alive.';
comment on column private.heartbeats.process is 'scheduler, or worker: and its id.';
comment on column private.heartbeats.beat_at is 'Last sign of life.';
comment on column private.heartbeats.started_at is 'First sign of life.';
comment on column private.heartbeats.details is 'What it did last.';
grant select, insert, update, delete on private.heartbeats to service_role;

create function public.note_heartbeat(p_process text, p_details jsonb default '{}')
returns void
language sql
security invoker
set search_path = ''
as $$
  insert into private.heartbeats as h (process, beat_at, details) values (p_process, now(), p_details)
    on conflict (process) do update set beat_at = excluded.beat_at, details = excluded.details;
  delete from private.heartbeats where beat_at < now() - interval '1 day';
$$;
comment on function public.note_heartbeat(text, jsonb) is 'Says that a scheduler or worker is alive; forgets those silent for a day.';

create function public.list_heartbeats()
returns table (process text, beat_at timestamptz, age_seconds double precision, details jsonb)
language sql
stable
security invoker
set search_path = ''
as $$
  select h.process, h.beat_at, extract(epoch from now() - h.beat_at)::double precision, h.details
  from private.heartbeats h
  order by h.process;
$$;
comment on function public.list_heartbeats() is 'Schedulers and workers of the last day with the age of their last sign of life in seconds.';
grant execute on function public.note_heartbeat(text, jsonb), public.list_heartbeats() to service_role;
