-- For functions that must run with their owner's rights. Nothing is granted by default: each table and function grants its
-- own rights.
create schema private;
comment on schema private is 'Functions and tables that the Data API does not offer.';

grant usage on schema private to authenticated, service_role;

alter default privileges in schema private revoke execute on functions from public, anon, authenticated, service_role;
