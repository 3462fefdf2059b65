create table public.off_periods (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  plugin_id uuid references public.plugins (id) on delete cascade,
  job_id uuid references public.jobs (id) on delete cascade,
  subject_id uuid not null generated always as (coalesce(job_id, plugin_id, tenant_id)) stored,
  reason text not null generated always as (
    case when job_id is not null then 'disabled' when plugin_id is not null then 'plugin_disabled' else 'globally_disabled' end
  ) stored,
  since timestamptz not null default now(),
  since_by text not null default '',
  until timestamptz,
  until_by text,
  constraint off_period_has_one_subject check (plugin_id is null or job_id is null),
  constraint off_period_ends_after_it_starts check (until >= since)
);
create unique index off_periods_one_open on public.off_periods (subject_id) where until is null;
create index off_periods_of_subject on public.off_periods (subject_id, until);
create index off_periods_of_tenant on public.off_periods (tenant_id);
create index off_periods_open_of_tenant on public.off_periods (tenant_id) where until is null;
create index off_periods_of_plugin on public.off_periods (plugin_id) where plugin_id is not null;
create index off_periods_of_job on public.off_periods (job_id) where job_id is not null;

comment on table public.off_periods is
  'When a job, a plugin or all schedules of a tenant were switched off. Ticks read which instants were due while they were off; '
  'screens say since when and by whom.';
comment on column public.off_periods.id is 'Period id.';
comment on column public.off_periods.tenant_id is 'The tenant.';
comment on column public.off_periods.plugin_id is 'The plugin that was off; null if it was a job or everything.';
comment on column public.off_periods.job_id is 'The job that was off; null if it was a plugin or everything.';
comment on column public.off_periods.subject_id is 'The job, the plugin or the tenant.';
comment on column public.off_periods.reason is 'What occurrences record: disabled, plugin_disabled or globally_disabled.';
comment on column public.off_periods.since is 'When it was switched off.';
comment on column public.off_periods.since_by is 'Name of who switched it off, at that time; empty for the portal itself.';
comment on column public.off_periods.until is 'When it was switched on again; null while it is off.';
comment on column public.off_periods.until_by is 'Name of who switched it on again.';
