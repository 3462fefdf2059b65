create function private.note_enabled_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.is_enabled and not old.is_enabled then
    new.enabled_at := now();
  end if;
  return new;
end;
$$;
comment on function private.note_enabled_at() is
  'Trigger: records when schedules were enabled again, so that instants from before do not count as missed.';
