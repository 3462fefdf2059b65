-- The queues of runs, and what the Data API serves of them.

-- schemas/pgmq/queues.sql
-- Supabase Queues: runs that people start go before runs that schedules start.
create extension if not exists pgmq;

select pgmq.create('runs_high');
select pgmq.create('runs');

-- pgmq lets every role execute every function, including drop_queue.
revoke all on schema pgmq from public, anon, authenticated;
revoke all on all tables in schema pgmq from public, anon, authenticated;
revoke execute on all functions in schema pgmq from public, anon, authenticated;
alter default privileges in schema pgmq revoke execute on functions from public;

grant usage on schema pgmq to service_role;
grant execute on all functions in schema pgmq to service_role;
grant select, insert, update, delete on all tables in schema pgmq to service_role;
grant usage, select on all sequences in schema pgmq to service_role;

alter table pgmq.q_runs enable row level security;
alter table pgmq.a_runs enable row level security;
alter table pgmq.q_runs_high enable row level security;
alter table pgmq.a_runs_high enable row level security;

-- schemas/pgmq_public/schema.sql
-- The wrappers that Supabase Studio creates when queues are exposed through the Data API.
create schema pgmq_public;
comment on schema pgmq_public is 'Queue functions that the Data API offers, only to the service role.';

grant usage on schema pgmq_public to service_role;

alter default privileges in schema pgmq_public revoke execute on functions from public;

-- schemas/pgmq_public/functions/send.sql
create function pgmq_public.send(queue_name text, message jsonb, sleep_seconds integer default 0)
returns setof bigint
language sql
security invoker
set search_path = ''
as $$ select * from pgmq.send(queue_name => queue_name, msg => message, delay => sleep_seconds); $$;
comment on function pgmq_public.send(text, jsonb, integer) is 'Puts a message on a queue.';

grant execute on function pgmq_public.send(text, jsonb, integer) to service_role;

-- schemas/pgmq_public/functions/send_batch.sql
create function pgmq_public.send_batch(queue_name text, messages jsonb[], sleep_seconds integer default 0)
returns setof bigint
language sql
security invoker
set search_path = ''
as $$ select * from pgmq.send_batch(queue_name => queue_name, msgs => messages, delay => sleep_seconds); $$;
comment on function pgmq_public.send_batch(text, jsonb[], integer) is 'Puts messages on a queue.';

grant execute on function pgmq_public.send_batch(text, jsonb[], integer) to service_role;

-- schemas/pgmq_public/functions/read.sql
create function pgmq_public.read(queue_name text, sleep_seconds integer, n integer)
returns setof pgmq.message_record
language sql
security invoker
set search_path = ''
as $$ select * from pgmq.read(queue_name => queue_name, vt => sleep_seconds, qty => n); $$;
comment on function pgmq_public.read(text, integer, integer) is 'Reads messages and hides them for sleep_seconds.';

grant execute on function pgmq_public.read(text, integer, integer) to service_role;

-- schemas/pgmq_public/functions/pop.sql
create function pgmq_public.pop(queue_name text)
returns setof pgmq.message_record
language sql
security invoker
set search_path = ''
as $$ select * from pgmq.pop(queue_name => queue_name); $$;
comment on function pgmq_public.pop(text) is 'Reads one message and deletes it.';

grant execute on function pgmq_public.pop(text) to service_role;

-- schemas/pgmq_public/functions/archive.sql
create function pgmq_public.archive(queue_name text, message_id bigint)
returns boolean
language sql
security invoker
set search_path = ''
as $$ select pgmq.archive(queue_name => queue_name, msg_id => message_id); $$;
comment on function pgmq_public.archive(text, bigint) is 'Moves a message to the queue''s archive.';

grant execute on function pgmq_public.archive(text, bigint) to service_role;

-- schemas/pgmq_public/functions/delete.sql
create function pgmq_public.delete(queue_name text, message_id bigint)
returns boolean
language sql
security invoker
set search_path = ''
as $$ select pgmq.delete(queue_name => queue_name, msg_id => message_id); $$;
comment on function pgmq_public.delete(text, bigint) is 'Deletes a message.';

grant execute on function pgmq_public.delete(text, bigint) to service_role;
