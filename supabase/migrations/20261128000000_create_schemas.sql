-- What is ours in the schemas, and that nothing is granted by default.

-- schemas/private/schema.sql
-- Functions that must run with their owner's rights live here. Nothing is granted by default: every table and function says
-- itself who may use it.
create schema private;
comment on schema private is 'Functions and tables that the Data API does not serve.';

grant usage on schema private to authenticated, service_role;

alter default privileges in schema private revoke execute on functions from public, anon, authenticated, service_role;

-- schemas/public/schema.sql
-- Nothing is granted by default: every table and function says itself who may use it.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from public, anon, authenticated, service_role;
-- The right that everybody has to execute a new function can only be taken away in every schema at once.
alter default privileges revoke execute on functions from public;
