create function pgmq_public.read(queue_name text, sleep_seconds integer, n integer)
returns setof pgmq.message_record
language sql
security invoker
set search_path = ''
as $$ select * from pgmq.read(queue_name => queue_name, vt => sleep_seconds, qty => n); $$;
comment on function pgmq_public.read(text, integer, integer) is 'Reads messages and hides them for sleep_seconds.';

grant execute on function pgmq_public.read(text, integer, integer) to service_role;
