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
