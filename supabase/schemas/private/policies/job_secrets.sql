grant select, insert, update, delete on private.job_secrets to service_role;
