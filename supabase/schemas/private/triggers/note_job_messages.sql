create function private.note_job_messages()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.job_search_texts x
    set message_text = s.message_text
    from (select a.job_id, private.searchable(coalesce(a.last_message, '')) as message_text from after_rows a) s
    where x.job_id = s.job_id and x.message_text <> s.message_text;
  return null;
end;
$$;
comment on function private.note_job_messages() is
  'Updates the messages in job_search_texts, with one statement per batch of reports. Definer, because only triggers write '
  'that table.';
