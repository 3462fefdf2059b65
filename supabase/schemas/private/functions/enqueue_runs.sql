create function private.enqueue_runs(p_run_ids uuid[], p_delay_seconds integer default 0)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_queue text;
  v_ids uuid[];
begin
  foreach v_queue in array array['runs_high', 'runs'] loop
    select array_agg(r.id order by r.ordered_at, r.id)
      into v_ids
      from public.runs r
      where r.id = any (p_run_ids) and (r.priority = 'high') = (v_queue = 'runs_high');
    if v_ids is not null then
      update public.runs r
        set queue_name = v_queue, queue_message_id = sent.message_id
        from (
          select v_ids[m.position] as run_id, m.message_id
          from pgmq.send_batch(
            v_queue,
            (select array_agg(jsonb_build_object('run_id', u.id) order by u.position)
              from unnest(v_ids) with ordinality as u (id, position)),
            p_delay_seconds
          ) with ordinality as m (message_id, position)
        ) sent
        where r.id = sent.run_id;
    end if;
  end loop;
end;
$$;
comment on function private.enqueue_runs(uuid[], integer) is
  'Puts pending runs on the queue of their priority and stores their message ids.';

grant execute on function private.enqueue_runs(uuid[], integer) to service_role;
