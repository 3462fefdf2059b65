-- A run that waits while its plugin, job or schedules are disabled is canceled and does not wait for them to be enabled
-- again, because every run must finish without human help.
create function private.switched_off_runs(p_run_ids uuid[])
returns table (run_id uuid, code text)
language sql
stable
security invoker
set search_path = ''
-- Runs are found by id, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
  select
    r.id,
    case
      when not p.is_enabled then 'run.pluginOff'
      when not j.is_enabled then 'run.jobOff'
      else 'run.schedulesOff'
    end
  from public.runs r
  join public.jobs j on j.id = r.job_id
  join public.plugins p on p.id = j.plugin_id
  left join public.scheduler_settings t on t.tenant_id = r.tenant_id
  where r.id = any (p_run_ids) and r.state || '' = 'pending' and r.trigger <> 'report'
    and (
      not p.is_enabled
      -- A user can start a job whose schedule is disabled, and a run that has started continues with its next attempt.
      or (r.trigger = 'schedule' and r.started_at is null and not (j.is_enabled and coalesce(t.is_enabled, true)))
    );
$$;
comment on function private.switched_off_runs(uuid[]) is
  'Those of these waiting runs that cannot start: every run of a disabled plugin; and scheduled runs without an attempt if '
  'their job or all schedules are disabled.';

grant execute on function private.switched_off_runs(uuid[]) to service_role;
