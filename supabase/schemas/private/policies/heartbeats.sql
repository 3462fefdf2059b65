grant select, insert, update, delete on private.heartbeats to service_role;
