create type private.report_item as (
  position integer,
  refusal text,
  tenant_id uuid,
  api_key_id uuid,
  job_id uuid,
  kind text,
  job_key text,
  title text,
  state text,
  started_at timestamptz,
  finished_at timestamptz,
  ordered_at timestamptz,
  is_clock_wrong boolean,
  duration_ms bigint,
  report_key text,
  tool_id uuid,
  message text,
  exit_code integer,
  host text,
  metrics jsonb,
  log jsonb,
  expectation jsonb,
  is_tool_unknown boolean,
  given_started_at timestamptz,
  clock_ahead_ms bigint,
  leader integer,
  round integer,
  keeps_tool boolean
);
comment on type private.report_item is 'One report of a batch with its tenant and job.';

grant usage on type private.report_item to service_role;
