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
