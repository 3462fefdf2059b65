-- Everyone in the tenant can read a payload, so it contains only the names of its secrets.
create table private.job_secrets (
  job_id uuid not null references public.jobs (id) on delete cascade,
  name text not null,
  value text not null,
  updated_at timestamptz not null default now(),
  primary key (job_id, name),
  constraint job_secret_name_is_a_word check (name ~ '^[a-z][a-z0-9_]{0,63}$'),
  constraint job_secret_value_is_1_to_8000_characters check (length(value) between 1 and 8000)
);

comment on table private.job_secrets is
  'The values of {{secret.name}} in a job''s payload. Admins write them, only workers read them, and no screen shows them.';
comment on column private.job_secrets.job_id is 'The job.';
comment on column private.job_secrets.name is 'Name in the payload.';
comment on column private.job_secrets.value is 'The secret; workers need it unencrypted.';
comment on column private.job_secrets.updated_at is 'When it was last set.';
