-- Functions that must run with their owner's rights live here. Nothing is granted by default: every table and function says
-- itself who may use it.
create schema private;
comment on schema private is 'Functions and tables that the Data API does not serve.';

grant usage on schema private to authenticated, service_role;

alter default privileges in schema private revoke execute on functions from public, anon, authenticated, service_role;
