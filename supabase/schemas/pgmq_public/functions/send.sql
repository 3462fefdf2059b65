create function pgmq_public.send(queue_name text, message jsonb, sleep_seconds integer default 0)
returns setof bigint
language sql
security invoker
set search_path = ''
as $$ select * from pgmq.send(queue_name => queue_name, msg => message, delay => sleep_seconds); $$;
comment on function pgmq_public.send(text, jsonb, integer) is 'Puts a message on a queue.';

grant execute on function pgmq_public.send(text, jsonb, integer) to service_role;
