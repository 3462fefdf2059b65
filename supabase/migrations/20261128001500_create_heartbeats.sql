-- Signs of life of schedulers and workers.

-- schemas/private/tables/heartbeats.sql
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

-- schemas/private/policies/heartbeats.sql
grant select, insert, update, delete on private.heartbeats to service_role;

-- schemas/public/functions/note_heartbeat.sql
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
comment on function public.note_heartbeat(text, jsonb) is
  'Records that a scheduler or worker is alive; deletes those without a heartbeat for a day.';

grant execute on function public.note_heartbeat(text, jsonb) to service_role;

-- schemas/private/functions/list_heartbeats.sql
create function private.list_heartbeats()
returns table (process text, beat_at timestamptz, age_seconds double precision)
language sql
stable
security definer
set search_path = ''
as $$
  select h.process, h.beat_at, greatest(0, extract(epoch from now() - h.beat_at))::double precision
  from private.heartbeats h;
$$;
comment on function private.list_heartbeats() is
  'Heartbeats of schedulers and workers in the last day. Definer, because members cannot read heartbeats but can see their age.';

grant execute on function private.list_heartbeats() to authenticated, service_role;
