-- The wrappers that Supabase's Studio makes when queues are exposed through the Data API.
create schema pgmq_public;
comment on schema pgmq_public is 'Queue functions that the Data API serves, to the service role only.';

grant usage on schema pgmq_public to service_role;

alter default privileges in schema pgmq_public revoke execute on functions from public;
