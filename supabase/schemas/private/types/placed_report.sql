create type private.placed_report as (position integer, run_id uuid, is_new boolean);
comment on type private.placed_report is 'The run to which a report of a batch belongs, and whether it changed anything.';

grant usage on type private.placed_report to service_role;
