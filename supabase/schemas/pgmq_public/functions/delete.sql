create function pgmq_public.delete(queue_name text, message_id bigint)
returns boolean
language sql
security invoker
set search_path = ''
as $$ select pgmq.delete(queue_name => queue_name, msg_id => message_id); $$;
comment on function pgmq_public.delete(text, bigint) is 'Deletes a message.';

grant execute on function pgmq_public.delete(text, bigint) to service_role;
