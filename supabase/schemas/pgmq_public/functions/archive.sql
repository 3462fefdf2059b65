create function pgmq_public.archive(queue_name text, message_id bigint)
returns boolean
language sql
security invoker
set search_path = ''
as $$ select pgmq.archive(queue_name => queue_name, msg_id => message_id); $$;
comment on function pgmq_public.archive(text, bigint) is 'Moves a message to the queue''s archive.';

grant execute on function pgmq_public.archive(text, bigint) to service_role;
