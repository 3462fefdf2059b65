create table private.heartbeats (
  process text primary key,
  beat_at timestamptz not null,
  started_at timestamptz not null default now(),
  details jsonb not null default '{}'
);

comment on table private.heartbeats is 'When each scheduler and worker last sent a heartbeat.';
comment on column private.heartbeats.process is 'scheduler, or worker: followed by its id.';
comment on column private.heartbeats.beat_at is 'Last heartbeat.';
comment on column private.heartbeats.started_at is 'First heartbeat.';
comment on column private.heartbeats.details is 'What the process did last.';
