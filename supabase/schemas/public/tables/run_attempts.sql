create table public.run_attempts (
  run_id uuid not null references public.runs (id) on delete cascade,
  attempt integer not null,
  tenant_id uuid not null,
  worker_id text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  outcome text,
  error jsonb,
  primary key (run_id, attempt),
  constraint attempt_outcome_is_known check (
    outcome in ('success', 'failed', 'retry', 'canceled', 'snoozed', 'released', 'lost', 'timed_out')
  ),
  constraint finished_attempt_has_an_outcome check ((finished_at is null) = (outcome is null))
);

comment on table public.run_attempts is 'One row per attempt of a run by a worker.';
comment on column public.run_attempts.run_id is 'The run.';
comment on column public.run_attempts.attempt is 'Number of the attempt, from 1.';
comment on column public.run_attempts.tenant_id is 'The tenant.';
comment on column public.run_attempts.worker_id is 'The worker.';
comment on column public.run_attempts.started_at is 'When the worker started it.';
comment on column public.run_attempts.finished_at is 'When it finished, or was found to be lost.';
comment on column public.run_attempts.outcome is 'success, failed, retry, canceled, snoozed, released, lost or timed_out.';
comment on column public.run_attempts.error is
  'Name and message of its error, with code and values if the message is our own sentence.';
