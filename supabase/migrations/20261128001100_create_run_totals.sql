-- The daily totals that charts and summaries read instead of the history.

-- schemas/private/triggers/note_run_stats.sql
create function private.note_run_stats()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  case tg_op
    when 'INSERT' then
      -- An upsert fires both this trigger and the one for updates; one of them finds nothing to do.
      if exists (select from after_rows) then
        perform private.add_to_run_totals(array(select row(a.*)::public.run_stats_daily from after_rows a), '{}');
      end if;
    when 'UPDATE' then
      if exists (select from after_rows) then
        perform private.add_to_run_totals(
          array(select row(a.*)::public.run_stats_daily from after_rows a),
          array(select row(b.*)::public.run_stats_daily from before_rows b)
        );
      end if;
    when 'DELETE' then
      if exists (select from before_rows) then
        perform private.add_to_run_totals('{}', array(select row(b.*)::public.run_stats_daily from before_rows b));
      end if;
  end case;
  return null;
end;
$$;
comment on function private.note_run_stats() is
  'Updates run_totals_daily after run_stats_daily changes. Definer, because a user who deletes a job can write neither table.';

-- schemas/public/tables/run_stats_daily.sql
create table public.run_stats_daily (
  job_id uuid not null references public.jobs (id) on delete cascade,
  day date not null,
  tenant_id uuid not null,
  success_count integer not null default 0,
  failed_count integer not null default 0,
  canceled_count integer not null default 0,
  duration_count integer not null default 0,
  duration_ms_sum bigint not null default 0,
  duration_ms_max bigint not null default 0,
  success_events_sum bigint not null default 0,
  success_duration_count integer not null default 0,
  success_duration_ms_sum bigint not null default 0,
  primary key (job_id, day)
);
create index run_stats_daily_of_tenant on public.run_stats_daily (tenant_id, day);

comment on table public.run_stats_daily is
  'Daily totals of a job''s finished runs, updated with each run, so that charts need not read the run history.';
comment on column public.run_stats_daily.job_id is 'The job.';
comment on column public.run_stats_daily.day is 'Day in the tenant''s time zone on which the runs finished.';
comment on column public.run_stats_daily.tenant_id is 'The tenant.';
comment on column public.run_stats_daily.success_count is 'Runs that succeeded.';
comment on column public.run_stats_daily.failed_count is 'Runs that failed.';
comment on column public.run_stats_daily.canceled_count is 'Runs that were canceled.';
comment on column public.run_stats_daily.duration_count is 'Runs whose duration is known.';
comment on column public.run_stats_daily.duration_ms_sum is 'Total milliseconds of those runs.';
comment on column public.run_stats_daily.duration_ms_max is 'Milliseconds of the longest run.';
comment on column public.run_stats_daily.success_events_sum is
  'Items processed by the successful runs of the portal''s own jobs.';
comment on column public.run_stats_daily.success_duration_count is 'Successful runs whose duration is known.';
comment on column public.run_stats_daily.success_duration_ms_sum is 'Total milliseconds of those runs.';

create trigger note_added_run_stats after insert on public.run_stats_daily
  referencing new table as after_rows
  for each statement execute function private.note_run_stats();
create trigger note_changed_run_stats after update on public.run_stats_daily
  referencing old table as before_rows new table as after_rows
  for each statement execute function private.note_run_stats();
create trigger note_deleted_run_stats after delete on public.run_stats_daily
  referencing old table as before_rows
  for each statement execute function private.note_run_stats();

-- schemas/public/policies/run_stats_daily.sql
grant select on public.run_stats_daily to authenticated;
grant select, insert, update, delete on public.run_stats_daily to service_role;

alter table public.run_stats_daily enable row level security;

create policy "Members can see the daily totals of their tenant" on public.run_stats_daily
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));

-- schemas/public/tables/run_totals_daily.sql
-- Pages must not add up the daily totals of 10,000 jobs. A change adds a row here and locks none, so transactions that finish
-- runs at the same time never wait for each other.
create table public.run_totals_daily (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  plugin_id uuid,
  day date not null,
  is_folded boolean not null default false,
  success_count bigint not null,
  failed_count bigint not null,
  canceled_count bigint not null,
  success_events_sum bigint not null,
  success_duration_count bigint not null,
  success_duration_ms_sum bigint not null
) with (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 500);
create index run_totals_daily_of_tenant on public.run_totals_daily (tenant_id, day);
create index run_totals_daily_of_plugin on public.run_totals_daily (plugin_id, day) where plugin_id is not null;
create index run_totals_daily_to_fold on public.run_totals_daily (id) where not is_folded;

comment on table public.run_totals_daily is
  'run_stats_daily by plugin instead of by job. A day has one folded row, and one row per change since then: add them up.';
comment on column public.run_totals_daily.id is 'Increases with each change.';
comment on column public.run_totals_daily.tenant_id is
  'The tenant. No foreign key, because every change would lock it: without jobs, the rows add up to zero and are deleted.';
comment on column public.run_totals_daily.plugin_id is 'The plugin of the jobs; null for external jobs.';
comment on column public.run_totals_daily.day is 'Day in the tenant''s time zone on which the runs finished.';
comment on column public.run_totals_daily.is_folded is
  'Includes all rows before it; false for a change that is not folded yet.';
comment on column public.run_totals_daily.success_count is 'Runs that succeeded.';
comment on column public.run_totals_daily.failed_count is 'Runs that failed.';
comment on column public.run_totals_daily.canceled_count is 'Runs that were canceled.';
comment on column public.run_totals_daily.success_events_sum is
  'Items processed by the successful runs of the portal''s own jobs.';
comment on column public.run_totals_daily.success_duration_count is 'Successful runs whose duration is known.';
comment on column public.run_totals_daily.success_duration_ms_sum is 'Total milliseconds of those runs.';

-- schemas/public/policies/run_totals_daily.sql
grant select on public.run_totals_daily to authenticated, service_role;

alter table public.run_totals_daily enable row level security;

create policy "Members can see the totals of their tenant" on public.run_totals_daily
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));

-- schemas/private/functions/fold_run_totals.sql
create function private.fold_run_totals()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- If another transaction is folding, these rows are included next time.
  if not pg_try_advisory_xact_lock(hashtext('tc_portal.fold_run_totals')) then
    return;
  end if;
  with changed as (
    select distinct t.tenant_id, t.plugin_id, t.day from public.run_totals_daily t where not t.is_folded
  ),
  taken as (
    delete from public.run_totals_daily t
    using changed c
    where t.tenant_id = c.tenant_id and t.day = c.day and t.plugin_id is not distinct from c.plugin_id
    returning t.*
  )
  insert into public.run_totals_daily
    (tenant_id, plugin_id, day, is_folded, success_count, failed_count, canceled_count, success_events_sum,
      success_duration_count, success_duration_ms_sum)
  select
    t.tenant_id, t.plugin_id, t.day, true, sum(t.success_count), sum(t.failed_count), sum(t.canceled_count),
    sum(t.success_events_sum), sum(t.success_duration_count), sum(t.success_duration_ms_sum)
  from taken t
  group by t.tenant_id, t.plugin_id, t.day
  having sum(t.success_count) <> 0 or sum(t.failed_count) <> 0 or sum(t.canceled_count) <> 0;
end;
$$;
comment on function private.fold_run_totals() is
  'Combines the rows of each day in run_totals_daily into one. Definer, because only its triggers write that table.';

-- schemas/private/functions/add_to_run_totals.sql
create function private.add_to_run_totals(p_added public.run_stats_daily[], p_deleted public.run_stats_daily[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_is_due boolean;
begin
  with changes as (
    select 1 as sign, a.* from unnest(p_added) a
    union all
    select -1, r.* from unnest(p_deleted) r
  ),
  added as (
    insert into public.run_totals_daily
      (tenant_id, plugin_id, day, success_count, failed_count, canceled_count, success_events_sum,
        success_duration_count, success_duration_ms_sum)
    select
      c.tenant_id, j.plugin_id, c.day, sum(c.sign * c.success_count), sum(c.sign * c.failed_count),
      sum(c.sign * c.canceled_count), sum(c.sign * c.success_events_sum), sum(c.sign * c.success_duration_count),
      sum(c.sign * c.success_duration_ms_sum)
    from changes c
    left join public.jobs j on j.id = c.job_id
    group by c.tenant_id, j.plugin_id, c.day
    returning id
  )
  select bool_or(a.id % 256 = 0) into v_is_due from added a;
  if v_is_due then
    perform private.fold_run_totals();
  end if;
end;
$$;
comment on function private.add_to_run_totals(public.run_stats_daily[], public.run_stats_daily[]) is
  'Adds a change of run_stats_daily to run_totals_daily; every 256th change folds. Definer, because only the triggers of '
  'run_stats_daily write that table.';

-- schemas/private/functions/show_finished_runs.sql
create function private.show_finished_runs(p_run_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
  -- In a fixed order, so that two batches with the same jobs cannot deadlock.
  perform 1 from public.jobs j
    where j.id in (select r.job_id from public.runs r where r.id = any (p_run_ids))
    order by j.id
    for no key update;

  insert into public.run_stats_daily as s
    (job_id, day, tenant_id, success_count, failed_count, canceled_count, duration_count, duration_ms_sum, duration_ms_max,
      success_events_sum, success_duration_count, success_duration_ms_sum)
  select
    r.job_id,
    (r.ordered_at at time zone t.time_zone)::date,
    r.tenant_id,
    count(*) filter (where r.state = 'success'),
    count(*) filter (where r.state = 'failed'),
    count(*) filter (where r.state = 'canceled'),
    count(r.duration_ms) filter (where r.state <> 'canceled'),
    coalesce(sum(r.duration_ms) filter (where r.state <> 'canceled'), 0),
    coalesce(max(r.duration_ms) filter (where r.state <> 'canceled'), 0),
    coalesce(sum(r.events_processed) filter (where r.state = 'success'), 0),
    count(r.duration_ms) filter (where r.state = 'success'),
    coalesce(sum(r.duration_ms) filter (where r.state = 'success'), 0)
  from public.runs r
  join public.tenants t on t.id = r.tenant_id
  where r.id = any (p_run_ids)
  group by 1, 2, 3
  order by 1, 2
  on conflict (job_id, day) do update set
    success_count = s.success_count + excluded.success_count,
    failed_count = s.failed_count + excluded.failed_count,
    canceled_count = s.canceled_count + excluded.canceled_count,
    duration_count = s.duration_count + excluded.duration_count,
    duration_ms_sum = s.duration_ms_sum + excluded.duration_ms_sum,
    duration_ms_max = greatest(s.duration_ms_max, excluded.duration_ms_max),
    success_events_sum = s.success_events_sum + excluded.success_events_sum,
    success_duration_count = s.success_duration_count + excluded.success_duration_count,
    success_duration_ms_sum = s.success_duration_ms_sum + excluded.success_duration_ms_sum;

  with newest as (
    select distinct on (r.job_id) r.*
    from public.runs r
    where r.id = any (p_run_ids) and r.state in ('success', 'failed')
    order by r.job_id, r.ordered_at desc, r.id desc
  ),
  advanced as (
    update public.jobs j
    set latest_run_id = n.id, latest_ordered_at = n.ordered_at
    from newest n
    where j.id = n.job_id and (j.latest_ordered_at is null or n.ordered_at >= j.latest_ordered_at)
    returning n.id as run_id, j.tenant_id, j.id, j.job_key, j.title, j.tool_id
  )
  insert into public.job_status as s
    (tenant_id, job_id, job_key, title, tool_id, last_status, last_finished_at, last_message, last_message_code,
      last_message_values)
  select
    a.tenant_id, a.id, a.job_key, a.title, a.tool_id,
    case n.state when 'success' then 'success' else 'error' end,
    n.finished_at, coalesce(n.message, n.error ->> 'message'),
    case when n.message is null then n.error ->> 'code' else n.message_code end,
    case when n.message is null then n.error -> 'values' else n.message_values end
  from advanced a
  join newest n on n.id = a.run_id
  on conflict (job_id) do update set
    title = excluded.title,
    tool_id = excluded.tool_id,
    last_status = excluded.last_status,
    last_finished_at = excluded.last_finished_at,
    last_message = excluded.last_message,
    last_message_code = excluded.last_message_code,
    last_message_values = excluded.last_message_values,
    updated_at = now();
end;
$$;
comment on function private.show_finished_runs(uuid[]) is
  'Adds finished runs to the daily totals and, if they are the newest of their job, to job_status.';

grant execute on function private.show_finished_runs(uuid[]) to service_role;
