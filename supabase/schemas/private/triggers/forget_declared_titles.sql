-- A manifest names its jobs in both languages, and screens show the reader's until an admin gives the job a name of its own.
create function private.forget_declared_titles()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.titles := null;
  return new;
end;
$$;
comment on function private.forget_declared_titles() is 'Trigger: a job that is renamed has this one title for everybody.';
