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
  'Trigger: remembers when schedules were switched on again, so that what fell into the time before is not taken for missed.';
