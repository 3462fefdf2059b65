-- A manifest has a job's title in both languages, and screens show the reader's until an admin renames the job.
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
comment on function private.forget_declared_titles() is 'Trigger: a renamed job has its new title in every language.';
