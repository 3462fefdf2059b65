-- What is ours in the schemas, and that nothing is granted by default.

-- schemas/private/schema.sql
-- For functions that must run with their owner's rights. Nothing is granted by default: each table and function grants its
-- own rights.
create schema private;
comment on schema private is 'Functions and tables that the Data API does not offer.';

grant usage on schema private to authenticated, service_role;

alter default privileges in schema private revoke execute on functions from public, anon, authenticated, service_role;

-- schemas/public/schema.sql
-- Nothing is granted by default: each table and function grants its own rights.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from public, anon, authenticated, service_role;
-- PostgreSQL lets every role execute new functions; this can only be revoked for all schemas at once.
alter default privileges revoke execute on functions from public;
