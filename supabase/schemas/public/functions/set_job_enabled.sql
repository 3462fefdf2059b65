create function public.set_job_enabled(
  p_job_id uuid,
  p_is_enabled boolean,
  p_schedule_updated_at timestamptz default null,
  p_next_nominal_at timestamptz default null,
  p_next_due_at timestamptz default null,
  p_missed jsonb default null
)
returns boolean
language sql
security invoker
set search_path = ''
as $$
  select private.set_job_enabled(p_job_id, p_is_enabled, p_schedule_updated_at, p_next_nominal_at, p_next_due_at, p_missed);
$$;
comment on function public.set_job_enabled(uuid, boolean, timestamptz, timestamptz, timestamptz, jsonb) is
  'Enables or disables a plugin job (admins); runs in progress continue. When enabled, the schedule continues at '
  'p_next_nominal_at, and p_missed {nominal_at, through_nominal_at, instant_count, due_at} becomes one row of occurrences. '
  'Returns whether anything changed. P0002, 42501, 23514 switched_job_is_a_plugin_job or switched_schedule_is_unchanged.';

grant execute on function public.set_job_enabled(uuid, boolean, timestamptz, timestamptz, timestamptz, jsonb)
  to authenticated, service_role;
