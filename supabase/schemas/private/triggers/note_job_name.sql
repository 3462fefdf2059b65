create function private.note_job_name()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.job_search_texts as x (job_id, tenant_id, name_text)
    values (new.id, new.tenant_id, private.job_name_text(new.job_key, new.title, new.titles))
    on conflict (job_id) do update set name_text = excluded.name_text;
  return null;
end;
$$;
comment on function private.note_job_name() is
  'Updates the names in job_search_texts. Definer, because admins add and rename jobs but only triggers write that table.';
