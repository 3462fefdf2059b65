-- A deletion took messages before runs, heartbeats and progress the other way round: one of them ended in a deadlock.

-- schemas/private/triggers/delete_messages_of_job.sql
create or replace function private.delete_messages_of_job()
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
  'Deletes the messages of a deleted job''s runs with them. Definer, because admins delete jobs but cannot write the queue.';
