create function private.dequeue_runs(p_run_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  v_queue text;
  v_message_ids bigint[];
begin
  foreach v_queue in array array['runs_high', 'runs'] loop
    select array_agg(r.queue_message_id) into v_message_ids
      from public.runs r
      where r.id = any (p_run_ids) and r.queue_name = v_queue and r.queue_message_id is not null;
    if v_message_ids is not null then
      perform pgmq.delete(v_queue, v_message_ids);
    end if;
  end loop;
  update public.runs r
    set queue_name = null, queue_message_id = null
    where r.id = any (p_run_ids) and r.state || '' = 'pending' and r.queue_message_id is not null;
end;
$$;
comment on function private.dequeue_runs(uuid[]) is
  'Deletes the messages of these runs, locked by the caller. Those that are pending are back in the line of their job.';

grant execute on function private.dequeue_runs(uuid[]) to service_role;
