create type private.finished_run as (id uuid, position integer);
comment on type private.finished_run is 'A run that this batch finished, and the report that finished it.';

grant usage on type private.finished_run to service_role;
