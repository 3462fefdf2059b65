-- Nothing is granted by default: every table and function says itself who may use it.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from public, anon, authenticated, service_role;
-- The right that everybody has to execute a new function can only be taken away in every schema at once.
alter default privileges revoke execute on functions from public;
