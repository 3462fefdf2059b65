-- The database counts attempts, so a limit applies across any number of portals.
create table private.rate_limits (
  bucket text primary key,
  window_started_at timestamptz not null,
  used integer not null
);

comment on table private.rate_limits is
  'Attempts per bucket in the current window; rows of past windows are deleted when new attempts are counted.';
comment on column private.rate_limits.bucket is 'What is limited, hashed if it identifies a person.';
comment on column private.rate_limits.window_started_at is 'Start of the window.';
comment on column private.rate_limits.used is 'Attempts in the window.';
