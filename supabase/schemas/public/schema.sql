-- Nothing is granted by default: each table and function grants its own rights.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from public, anon, authenticated, service_role;
-- PostgreSQL lets every role execute new functions; this can only be revoked for all schemas at once.
alter default privileges revoke execute on functions from public;
