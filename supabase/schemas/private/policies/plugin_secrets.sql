grant select, insert, update, delete on private.plugin_secrets to service_role;
