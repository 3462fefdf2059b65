-- The wrappers that Supabase Studio creates when queues are exposed through the Data API.
create schema pgmq_public;
comment on schema pgmq_public is 'Queue functions that the Data API offers, only to the service role.';

grant usage on schema pgmq_public to service_role;

alter default privileges in schema pgmq_public revoke execute on functions from public;
