create function private.refuse_messages(p_queue text, p_message_ids bigint[], p_problem text)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
  if p_queue = 'runs_high' then
    update pgmq.q_runs_high m
      set "message" = jsonb_build_object('problem', p_problem, 'message', m.message)
      where m.msg_id = any (p_message_ids);
  else
    update pgmq.q_runs m
      set "message" = jsonb_build_object('problem', p_problem, 'message', m.message)
      where m.msg_id = any (p_message_ids);
  end if;
  perform pgmq.archive(p_queue, p_message_ids);
end;
$$;
comment on function private.refuse_messages(text, bigint[], text) is
  'Archives messages that no worker can use, each as {problem, message}.';

grant execute on function private.refuse_messages(text, bigint[], text) to service_role;
