create function pgmq_public.send_batch(queue_name text, messages jsonb[], sleep_seconds integer default 0)
returns setof bigint
language sql
security invoker
set search_path = ''
as $$ select * from pgmq.send_batch(queue_name => queue_name, msgs => messages, delay => sleep_seconds); $$;
comment on function pgmq_public.send_batch(text, jsonb[], integer) is 'Puts messages on a queue.';

grant execute on function pgmq_public.send_batch(text, jsonb[], integer) to service_role;
