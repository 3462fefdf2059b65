create function private.delete_messages_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Lock runs before their messages, as heartbeats, progress and results do, so that none of these can deadlock with it.
  perform private.dequeue_runs(array(
    select l.id
    from (
      select r.id from public.runs r
      where r.job_id = old.id and r.finished_at is null and r.queue_message_id is not null
      order by r.id for update
    ) l
  ));
  return old;
end;
$$;
comment on function private.delete_messages_of_job() is
  'Trigger: deletes the messages of a deleted job''s runs. Definer, because admins delete jobs but cannot write the queue.';
