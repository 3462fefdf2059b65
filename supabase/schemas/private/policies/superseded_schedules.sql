grant select, insert, update, delete on private.superseded_schedules to service_role;
