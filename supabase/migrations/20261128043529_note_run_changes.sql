-- Whoever watches a run must see that it moves: updated_at changes with its state, its progress and the request to cancel it.

alter table public.runs add column updated_at timestamptz;
-- Writes the column of the runs that exist while the table is rewritten once.
alter table public.runs
  alter column updated_at type timestamptz using coalesce(finished_at, started_at, received_at),
  alter column updated_at set default now(),
  alter column updated_at set not null;
comment on column public.runs.updated_at is
  'When its state, its progress or the request to cancel it last changed, by the portal''s clock.';

-- schemas/private/triggers/note_run_change.sql
create function private.note_run_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Not now(), which is earlier than the finish that the same transaction stores.
  new.updated_at := clock_timestamp();
  return new;
end;
$$;
comment on function private.note_run_change() is 'Trigger: sets updated_at when a run changes for those who watch it.';

-- by hand
create trigger note_run_change before update of state, progress, cancel_requested_at on public.runs
  for each row when (
    old.state <> new.state or old.progress is distinct from new.progress
    or old.cancel_requested_at is distinct from new.cancel_requested_at
  )
  execute function private.note_run_change();
