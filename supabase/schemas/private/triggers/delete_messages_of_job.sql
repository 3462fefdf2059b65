create function private.delete_messages_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.dequeue_runs(array(
    select r.id from public.runs r
    where r.job_id = old.id and r.finished_at is null and r.queue_message_id is not null
  ));
  return old;
end;
$$;
comment on function private.delete_messages_of_job() is
  'Trigger: deletes the messages of a deleted job''s runs. Definer, because admins delete jobs but cannot write the queue.';
