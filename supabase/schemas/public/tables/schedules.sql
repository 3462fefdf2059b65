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
create index schedules_of_tenant_due_first on public.schedules (tenant_id, next_due_at) where next_due_at is not null;

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
comment on column public.schedules.next_nominal_at is
  'From here on no instant is decided: the next instant or, until the next tick, when the schedule was changed; null if it ended.';
comment on column public.schedules.next_due_at is 'When a tick processes it: the same instant plus the spread offset.';
comment on column public.schedules.last_nominal_at is 'The last instant that a tick processed.';
comment on column public.schedules.created_at is 'When it was created.';
comment on column public.schedules.updated_at is 'When a person last changed it.';

create trigger audit_schedules
  after insert or delete or update of schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at,
    misfire_policy, misfire_limit, overlap_policy, spread_seconds, blackouts, catch_up_after_enable
  on public.schedules
  for each row execute function private.write_audit_row();
create trigger keep_due_instants
  before insert or delete or update of schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at,
    misfire_policy, misfire_limit, overlap_policy, spread_seconds, blackouts, catch_up_after_enable
  on public.schedules
  for each row execute function private.keep_due_instants();
