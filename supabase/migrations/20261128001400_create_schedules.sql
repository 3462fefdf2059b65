-- When a job runs, and the ledger of every instant at which it should have.

-- schemas/private/triggers/note_enabled_at.sql
create function private.note_enabled_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.is_enabled and not old.is_enabled then
    new.enabled_at := now();
  end if;
  return new;
end;
$$;
comment on function private.note_enabled_at() is
  'Trigger: records when schedules were enabled again, so that instants from before do not count as missed.';

-- schemas/public/tables/scheduler_settings.sql
create table public.scheduler_settings (
  tenant_id uuid primary key references public.tenants (id) on delete cascade,
  is_enabled boolean not null default true,
  enabled_at timestamptz,
  updated_at timestamptz not null default now()
);

comment on table public.scheduler_settings is 'The global switch of a tenant''s schedules; no row means on.';
comment on column public.scheduler_settings.tenant_id is 'The tenant.';
comment on column public.scheduler_settings.is_enabled is 'Off: schedules start no runs; runs in progress continue.';
comment on column public.scheduler_settings.enabled_at is 'When it was last enabled again; null if it was never disabled.';
comment on column public.scheduler_settings.updated_at is 'When it was last changed.';

create trigger note_enabled_at before update of is_enabled on public.scheduler_settings
  for each row execute function private.note_enabled_at();
create trigger touch_scheduler_settings before update on public.scheduler_settings
  for each row execute function private.touch_updated_at();
create trigger audit_scheduler_settings after insert or update of is_enabled on public.scheduler_settings
  for each row execute function private.write_audit_row();

-- schemas/public/policies/scheduler_settings.sql
grant select, insert (tenant_id, is_enabled), update (is_enabled) on public.scheduler_settings to authenticated;
grant select, insert, update, delete on public.scheduler_settings to service_role;

alter table public.scheduler_settings enable row level security;

create policy "Members can see whether their schedules are on" on public.scheduler_settings
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can switch schedules on and off for the first time" on public.scheduler_settings
  for insert to authenticated with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can switch schedules on and off" on public.scheduler_settings
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));

-- schemas/public/tables/schedules.sql
create table public.schedules (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  job_id uuid not null,
  schedule_type text not null,
  cron_expression text,
  time_zone text not null default 'Asia/Tokyo',
  interval_seconds integer,
  anchor_at timestamptz,
  run_at timestamptz,
  misfire_policy text not null default 'once',
  misfire_limit integer not null default 100,
  overlap_policy text not null default 'skip',
  spread_seconds integer not null default 0,
  blackouts jsonb not null default '[]',
  catch_up_after_enable boolean not null default false,
  next_nominal_at timestamptz,
  next_due_at timestamptz,
  last_nominal_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint schedule_belongs_to_a_job_of_its_tenant
    foreign key (tenant_id, job_id) references public.jobs (tenant_id, id) on delete cascade,
  constraint job_has_one_schedule unique (job_id),
  constraint schedule_has_what_its_type_needs check (
    case schedule_type
      when 'cron' then cron_expression is not null
      when 'interval' then interval_seconds between 1 and 31622400 and anchor_at is not null
      when 'one_shot' then run_at is not null
      else false
    end
  ),
  constraint schedule_expression_is_at_most_200_characters check (length(cron_expression) <= 200),
  constraint schedule_misfire_policy_is_known check (misfire_policy in ('skip', 'once', 'all')),
  constraint schedule_misfire_limit_is_1_to_1000 check (misfire_limit between 1 and 1000),
  constraint schedule_overlap_policy_is_known check (overlap_policy in ('allow', 'skip', 'queue', 'cancel_previous')),
  constraint schedule_spread_is_at_most_1_day check (spread_seconds between 0 and 86400),
  constraint schedule_is_due_with_a_nominal_instant check ((next_due_at is null) = (next_nominal_at is null))
);
create index schedules_by_due on public.schedules (next_due_at) where next_due_at is not null;
create index schedules_of_tenant_by_due on public.schedules (tenant_id, job_id);

comment on table public.schedules is 'When a plugin job runs.';
comment on column public.schedules.id is 'Schedule id; also the seed of its spread.';
comment on column public.schedules.tenant_id is 'The tenant.';
comment on column public.schedules.job_id is 'The job.';
comment on column public.schedules.schedule_type is 'cron, interval or one_shot.';
comment on column public.schedules.cron_expression is 'Five or six fields, read in time_zone.';
comment on column public.schedules.time_zone is 'IANA zone.';
comment on column public.schedules.interval_seconds is 'Elapsed seconds between instants, counted from anchor_at.';
comment on column public.schedules.anchor_at is 'The first instant of an interval.';
comment on column public.schedules.run_at is 'The instant of a one-shot.';
comment on column public.schedules.misfire_policy is
  'What happens to instants that passed while no scheduler ran: skip, once or all.';
comment on column public.schedules.misfire_limit is 'The most instants that all makes up for.';
comment on column public.schedules.overlap_policy is
  'What happens if the job is still running: allow, skip, queue one, or cancel_previous.';
comment on column public.schedules.spread_seconds is 'Window in which the schedule gets its fixed offset.';
comment on column public.schedules.blackouts is 'Windows in which instants are skipped.';
comment on column public.schedules.catch_up_after_enable is
  'Treat instants that were due while it was disabled as missed, by the misfire policy, instead of skipping them.';
comment on column public.schedules.next_nominal_at is 'The next instant of the schedule; null if disabled or ended.';
comment on column public.schedules.next_due_at is 'The same instant plus the spread offset: when a tick processes it.';
comment on column public.schedules.last_nominal_at is 'The last instant that a tick processed.';
comment on column public.schedules.created_at is 'When it was created.';
comment on column public.schedules.updated_at is 'When a person last changed it.';

create trigger audit_schedules
  after insert or delete or update of schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at,
    misfire_policy, misfire_limit, overlap_policy, spread_seconds, blackouts, catch_up_after_enable
  on public.schedules
  for each row execute function private.write_audit_row();

-- schemas/public/policies/schedules.sql
-- An admin's client sets the id, because the spread of the first instant depends on it.
grant select, delete,
  insert (id, tenant_id, job_id, schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at,
    misfire_policy, misfire_limit, overlap_policy, spread_seconds, blackouts, catch_up_after_enable, next_nominal_at,
    next_due_at, updated_at),
  update (schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at, misfire_policy, misfire_limit,
    overlap_policy, spread_seconds, blackouts, catch_up_after_enable, next_nominal_at, next_due_at, updated_at)
  on public.schedules to authenticated;
grant select, insert, update, delete on public.schedules to service_role;

alter table public.schedules enable row level security;

create policy "Members can see the schedules of their tenant" on public.schedules
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can add schedules to their tenant" on public.schedules
  for insert to authenticated with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can change schedules of their tenant" on public.schedules
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can delete schedules of their tenant" on public.schedules
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));

-- schemas/public/tables/occurrences.sql
create table public.occurrences (
  id uuid primary key default private.new_run_id(),
  tenant_id uuid not null,
  job_id uuid not null references public.jobs (id) on delete cascade,
  schedule_id uuid,
  nominal_at timestamptz not null,
  through_nominal_at timestamptz not null,
  instant_count bigint not null default 1,
  due_at timestamptz not null,
  state text not null,
  reason text,
  run_id uuid,
  created_at timestamptz not null default now(),
  constraint occurrence_state_is_known check (state in ('expected', 'started', 'skipped', 'missed', 'excused', 'unknown')),
  constraint occurrence_that_did_not_run_says_why check (state in ('expected', 'started') or reason is not null),
  constraint started_occurrence_has_its_run check ((state = 'started') = (run_id is not null)),
  constraint occurrence_counts_its_instants check (instant_count >= 1 and through_nominal_at >= nominal_at)
);
create unique index occurrences_one_per_instant on public.occurrences (schedule_id, nominal_at);
create unique index occurrences_one_per_expected_instant on public.occurrences (job_id, nominal_at) where schedule_id is null;
create index occurrences_of_job_newest_first on public.occurrences (job_id, nominal_at desc);
create index occurrences_of_tenant_newest_first on public.occurrences (tenant_id, nominal_at desc);

comment on table public.occurrences is
  'Every instant at which a job should have run: whether it ran, and if not, why. Expectations of external jobs use it without '
  'a schedule.';
comment on column public.occurrences.id is 'Occurrence id.';
comment on column public.occurrences.tenant_id is 'The tenant.';
comment on column public.occurrences.job_id is 'The job.';
comment on column public.occurrences.schedule_id is
  'The schedule; null for an expectation of an external job. No foreign key: history outlives schedules.';
comment on column public.occurrences.nominal_at is 'The instant of the schedule (the first one if several share the row).';
comment on column public.occurrences.through_nominal_at is 'The last instant in the row.';
comment on column public.occurrences.instant_count is
  'Number of consecutive instants in the row, which did not run for the same reason.';
comment on column public.occurrences.due_at is 'The instant plus the spread offset.';
comment on column public.occurrences.state is 'expected, started, skipped, missed, excused or unknown.';
comment on column public.occurrences.reason is 'Why it did not run.';
comment on column public.occurrences.run_id is 'The run that was started.';
comment on column public.occurrences.created_at is 'When the tick decided.';

-- schemas/public/policies/occurrences.sql
grant select on public.occurrences to authenticated;
grant select, insert, update, delete on public.occurrences to service_role;

alter table public.occurrences enable row level security;

create policy "Members can see the occurrences of their tenant" on public.occurrences
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));

-- schemas/private/functions/set_job_enabled.sql
-- Enabling a job adds one row of occurrences for the instants that were due while it was disabled.
create function private.set_job_enabled(
  p_job_id uuid, p_is_enabled boolean, p_schedule_updated_at timestamptz, p_next_nominal_at timestamptz,
  p_next_due_at timestamptz, p_missed jsonb
)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_job public.jobs;
  v_schedule public.schedules;
begin
  select * into v_job from public.jobs where id = p_job_id;
  if v_job.id is null or (v_user_id is not null and v_job.tenant_id not in (select private.my_tenant_ids())) then
    raise exception 'No such job' using errcode = 'P0002';
  end if;
  if v_user_id is not null and v_job.tenant_id not in (select private.my_admin_tenant_ids()) then
    raise exception 'Only admins switch jobs' using errcode = '42501';
  end if;
  if v_job.kind <> 'plugin' then
    raise exception 'Only plugin jobs are run by the portal' using errcode = '23514', constraint = 'switched_job_is_a_plugin_job';
  end if;

  -- Lock the schedule before the job, as a tick does.
  select * into v_schedule from public.schedules where job_id = p_job_id for no key update;
  select * into v_job from public.jobs where id = p_job_id for no key update;
  if v_job.is_enabled = p_is_enabled then
    return false;
  end if;
  update public.jobs set is_enabled = p_is_enabled where id = p_job_id;
  if v_schedule.id is null then
    return true;
  end if;
  if not p_is_enabled then
    update public.schedules set next_nominal_at = null, next_due_at = null where id = v_schedule.id;
    return true;
  end if;

  if v_schedule.updated_at is distinct from p_schedule_updated_at
    or (p_missed ->> 'through_nominal_at')::timestamptz > now() + interval '5 minutes'
  then
    raise exception 'The schedule has changed meanwhile' using errcode = '23514', constraint = 'switched_schedule_is_unchanged';
  end if;
  update public.schedules
    set
      next_nominal_at = p_next_nominal_at, next_due_at = p_next_due_at,
      last_nominal_at = coalesce((p_missed ->> 'through_nominal_at')::timestamptz, last_nominal_at)
    where id = v_schedule.id;
  if p_missed is not null then
    insert into public.occurrences
      (tenant_id, job_id, schedule_id, nominal_at, through_nominal_at, instant_count, due_at, state, reason)
    values (
      v_job.tenant_id, v_job.id, v_schedule.id, (p_missed ->> 'nominal_at')::timestamptz,
      (p_missed ->> 'through_nominal_at')::timestamptz, (p_missed ->> 'instant_count')::bigint,
      (p_missed ->> 'due_at')::timestamptz, 'skipped', 'disabled'
    )
    on conflict (schedule_id, nominal_at) do nothing;
  end if;
  return true;
end;
$$;
comment on function private.set_job_enabled(uuid, boolean, timestamptz, timestamptz, timestamptz, jsonb) is
  'Enables or disables a plugin job; see public.set_job_enabled. A user must be an admin of the job''s tenant; the service '
  'role has already checked. Definer, because members cannot write occurrences.';

grant execute on function private.set_job_enabled(uuid, boolean, timestamptz, timestamptz, timestamptz, jsonb)
  to authenticated, service_role;

-- schemas/public/functions/set_job_enabled.sql
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
