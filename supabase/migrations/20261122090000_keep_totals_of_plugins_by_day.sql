-- Daily totals of a plugin and of the whole company, so that no page adds up those of 10,000 jobs. They are kept as a ledger:
-- a change adds a row and locks none, so that transactions which finish runs at the same time never wait for each other.

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
  'run_stats_daily by plugin instead of by job. A day has one row, and one for each change since it was last folded: add them up.';
comment on column public.run_totals_daily.id is 'Ascends with the changes.';
comment on column public.run_totals_daily.tenant_id is
  'The tenant. No foreign key, which every change would have to lock: without jobs the rows come to nothing and are dropped.';
comment on column public.run_totals_daily.plugin_id is 'The plugin of the jobs; null for external jobs.';
comment on column public.run_totals_daily.day is 'Day in the tenant''s time zone in which the runs finished.';
comment on column public.run_totals_daily.is_folded is 'Holds everything before it; false for a change that was not added to it yet.';
comment on column public.run_totals_daily.success_count is 'Runs that succeeded.';
comment on column public.run_totals_daily.failed_count is 'Runs that failed.';
comment on column public.run_totals_daily.canceled_count is 'Runs that were canceled.';
comment on column public.run_totals_daily.success_events_sum is 'Things that the successful runs of the portal''s own jobs processed.';
comment on column public.run_totals_daily.success_duration_count is 'Successful runs whose duration is known.';
comment on column public.run_totals_daily.success_duration_ms_sum is 'Milliseconds of those runs together.';

comment on column public.run_stats_daily.success_duration_count is 'Successful runs whose duration is known.';

grant select on public.run_totals_daily to authenticated, service_role;

alter table public.run_totals_daily enable row level security;

create policy "Members can see the totals of their tenant" on public.run_totals_daily
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));

create function private.fold_run_totals()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Whoever folds already takes these rows along next time.
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
  'Makes one row of a day''s rows in run_totals_daily. Definer, because only its triggers write that table.';

create function private.add_to_run_totals(p_added public.run_stats_daily[], p_removed public.run_stats_daily[])
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
    select -1, r.* from unnest(p_removed) r
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
  'Carries a change of run_stats_daily into run_totals_daily; each 256th change folds. Definer, because only the triggers of '
  'run_stats_daily write that table.';

create function private.note_run_stats()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  case tg_op
    when 'INSERT' then
      -- Both this and the trigger for updates fire for an upsert, and one of them finds nothing.
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
  'Keeps run_totals_daily in step with run_stats_daily. Definer, because whoever removes a job may not write either.';

create trigger note_added_run_stats after insert on public.run_stats_daily
  referencing new table as after_rows
  for each statement execute function private.note_run_stats();
create trigger note_changed_run_stats after update on public.run_stats_daily
  referencing old table as before_rows new table as after_rows
  for each statement execute function private.note_run_stats();
create trigger note_removed_run_stats after delete on public.run_stats_daily
  referencing old table as before_rows
  for each statement execute function private.note_run_stats();

create function private.remove_run_stats_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- The cascade would come when nobody knows any more which plugin the job belonged to.
  delete from public.run_stats_daily s where s.job_id = old.id;
  return old;
end;
$$;
comment on function private.remove_run_stats_of_job() is
  'Takes a removed job out of the totals. Definer, because admins remove jobs but write no totals.';

create trigger remove_run_stats before delete on public.jobs
  for each row execute function private.remove_run_stats_of_job();

create function private.move_run_totals_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.run_totals_daily
    (tenant_id, plugin_id, day, success_count, failed_count, canceled_count, success_events_sum,
      success_duration_count, success_duration_ms_sum)
  select
    s.tenant_id, m.plugin_id, s.day, m.sign * s.success_count, m.sign * s.failed_count, m.sign * s.canceled_count,
    m.sign * s.success_events_sum, m.sign * s.success_duration_count, m.sign * s.success_duration_ms_sum
  from public.run_stats_daily s
  cross join (values (-1, old.plugin_id), (1, new.plugin_id)) m (sign, plugin_id)
  where s.job_id = new.id;
  perform private.fold_run_totals();
  return null;
end;
$$;
comment on function private.move_run_totals_of_job() is
  'Takes the totals of a job along to its new plugin. Definer, because only triggers write run_totals_daily.';

create trigger move_run_totals after update of plugin_id on public.jobs
  for each row when (old.plugin_id is distinct from new.plugin_id)
  execute function private.move_run_totals_of_job();

insert into public.run_totals_daily
  (tenant_id, plugin_id, day, is_folded, success_count, failed_count, canceled_count, success_events_sum,
    success_duration_count, success_duration_ms_sum)
select
  s.tenant_id, j.plugin_id, s.day, true, sum(s.success_count), sum(s.failed_count), sum(s.canceled_count),
  sum(s.success_events_sum), sum(s.success_duration_count), sum(s.success_duration_ms_sum)
from public.run_stats_daily s
join public.jobs j on j.id = s.job_id
group by s.tenant_id, j.plugin_id, s.day;
