create function pgmq_public.pop(queue_name text)
returns setof pgmq.message_record
language sql
security invoker
set search_path = ''
as $$ select * from pgmq.pop(queue_name => queue_name); $$;
comment on function pgmq_public.pop(text) is 'Reads one message and deletes it.';

grant execute on function pgmq_public.pop(text) to service_role;
