-- Let staff run chosen jobs: a company's staff have jobs of their own without being admins.

alter table public.jobs add column staff_can_run boolean not null default false;
comment on column public.jobs.staff_can_run is 'Whether staff, too, can start the job by hand, with its own payload and cursor.';

drop trigger audit_jobs on public.jobs;
create trigger audit_jobs
  after insert or delete or update of title, tool_id, is_enabled, expected_schedule_type, expected_cron,
    expected_interval_seconds, expected_time_zone, early_tolerance_seconds, late_tolerance_seconds, max_run_seconds,
    min_run_seconds, failure_threshold, recovery_threshold, is_expectation_locked, payload, timeout_seconds, max_attempts,
    backoff_seconds, max_backoff_seconds, concurrency_limit, cursor, staff_can_run
  on public.jobs
  for each row execute function private.write_audit_row();

-- schemas/private/functions/start_run.sql
create or replace function private.start_run(
  p_job_id uuid, p_trigger text, p_payload jsonb, p_cursor text, p_has_cursor boolean, p_origin_run_id uuid
)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_job public.jobs;
  v_is_plugin_enabled boolean;
  v_run_id uuid;
  v_actor record;
begin
  select * into v_job from public.jobs where id = p_job_id;
  if v_job.id is null
    or (v_user_id is not null and v_job.tenant_id not in (select private.my_tenant_ids()))
  then
    raise exception 'No such job' using errcode = 'P0002';
  end if;
  -- Staff start a job as it is: whoever chooses its payload or its cursor decides what it does, and that is for admins.
  if v_user_id is not null
    and v_job.tenant_id not in (select private.my_admin_tenant_ids())
    and not (
      v_job.staff_can_run and p_trigger = 'manual' and p_payload is null and not p_has_cursor and p_origin_run_id is null
    )
  then
    raise exception 'Only admins can do this' using errcode = '42501';
  end if;
  if v_user_id is not null and p_trigger not in ('manual', 'retry') then
    raise exception 'A person starts a run by hand or once more (constraint "run_trigger_is_known")' using errcode = '23514', constraint = 'run_trigger_is_known';
  end if;
  if p_origin_run_id is not null
    and not exists (select 1 from public.runs r where r.id = p_origin_run_id and r.job_id = p_job_id)
  then
    raise exception 'No such run' using errcode = 'P0002';
  end if;
  if v_job.kind <> 'plugin' then
    raise exception 'Only plugin jobs are run by the portal (constraint "run_belongs_to_a_plugin_job")' using errcode = '23514', constraint = 'run_belongs_to_a_plugin_job';
  end if;
  select is_enabled into v_is_plugin_enabled from public.plugins where id = v_job.plugin_id;
  if not v_is_plugin_enabled then
    raise exception 'The plugin is disabled (constraint "run_belongs_to_an_enabled_plugin")' using errcode = '23514', constraint = 'run_belongs_to_an_enabled_plugin';
  end if;

  select * into v_actor from private.current_actor(v_job.tenant_id);
  insert into public.runs
    (tenant_id, job_id, trigger, state, ordered_at, priority, payload, cursor_before, has_own_cursor, origin_run_id, requested_by,
      api_key_id)
  values (
    v_job.tenant_id, v_job.id, p_trigger, 'pending', now(), 'high', coalesce(p_payload, v_job.payload),
    case when p_has_cursor then coalesce(p_cursor, '') end, p_has_cursor, p_origin_run_id, v_user_id,
    case when v_actor.kind = 'api_key' then v_actor.id end
  )
  returning id into v_run_id;
  perform private.enqueue_runs(array[v_run_id]);

  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, after)
  values (
    v_job.tenant_id,
    v_actor.kind, v_actor.id, v_actor.name,
    'runs.start', 'runs', v_run_id::text, v_job.title,
    jsonb_strip_nulls(jsonb_build_object('trigger', p_trigger, 'payload', p_payload, 'origin_run_id', p_origin_run_id,
      'cursor', case when p_has_cursor then to_jsonb(coalesce(p_cursor, '')) end))
  );
  return v_run_id;
end;
$$;
comment on function private.start_run(uuid, text, jsonb, text, boolean, uuid) is
  'Creates a pending run of a plugin job with its queue message and audit row. A user must be an admin of the job''s tenant, '
  'or staff who start a job that they may run, as it is; the service role has already checked. Definer, because members '
  'cannot write runs.';

grant execute on function private.start_run(uuid, text, jsonb, text, boolean, uuid) to authenticated, service_role;

-- schemas/public/functions/start_run.sql
create or replace function public.start_run(
  p_job_id uuid,
  p_trigger text default 'manual',
  p_payload jsonb default null,
  p_cursor text default null,
  p_has_cursor boolean default false,
  p_origin_run_id uuid default null
)
returns uuid
language sql
security invoker
set search_path = ''
as $$ select private.start_run(p_job_id, p_trigger, p_payload, p_cursor, p_has_cursor, p_origin_run_id); $$;
comment on function public.start_run(uuid, text, jsonb, text, boolean, uuid) is
  'Starts a run of a plugin job now (admins; staff where the job allows it, with the job''s own payload and cursor). p_has_cursor: '
  'start from p_cursor instead of the job''s. Returns the run id. '
  'P0002 no such job, 42501 not allowed, 23514 run_belongs_to_a_plugin_job or run_belongs_to_an_enabled_plugin.';

grant execute on function public.start_run(uuid, text, jsonb, text, boolean, uuid) to authenticated, service_role;

-- schemas/public/policies/jobs.sql
revoke all on public.jobs from anon, authenticated, service_role;
do $$
declare
  old record;
begin
  for old in select policyname from pg_policies where schemaname = 'public' and tablename = 'jobs' loop
    execute format('drop policy %I on public.jobs', old.policyname);
  end loop;
end;
$$;

grant select, delete,
  insert (tenant_id, job_key, title, titles, kind, plugin_id, plugin_job_name, payload, timeout_seconds, max_attempts,
    backoff_seconds, max_backoff_seconds, concurrency_limit),
  update (title, is_enabled, payload, timeout_seconds, max_attempts, backoff_seconds, max_backoff_seconds, concurrency_limit,
    cursor, is_expectation_locked, staff_can_run)
  on public.jobs to authenticated;
grant select, insert, update, delete on public.jobs to service_role;

alter table public.jobs enable row level security;

create policy "Members can see the jobs of their tenant" on public.jobs
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can change jobs of their tenant" on public.jobs
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can delete jobs of their tenant" on public.jobs
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can add plugin jobs to their tenant" on public.jobs
  for insert to authenticated
  with check (tenant_id in (select private.my_admin_tenant_ids()) and kind = 'plugin');
