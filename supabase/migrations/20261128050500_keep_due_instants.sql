-- What is due when a schedule is saved or deleted, or something is switched off, is decided, and the ledger of what is off goes
-- on: a schedule keeps its place while its job is off, and off_periods says when, and by whom, it was switched.

drop function public.set_job_enabled(uuid, boolean, timestamptz, timestamptz, timestamptz, jsonb);
drop function private.set_job_enabled(uuid, boolean, timestamptz, timestamptz, timestamptz, jsonb);
drop function public.list_due_schedules(timestamptz, integer);

-- schemas/private/triggers/keep_due_instants.sql
-- Decides from which instant a schedule continues, whoever writes it, so that no due instant is lost or decided twice.
create function private.keep_due_instants()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_changed_at timestamptz;
begin
  if tg_op = 'DELETE' then
    if old.next_nominal_at <= now() and exists (select 1 from public.jobs where id = old.job_id) then
      insert into private.superseded_schedules
        (tenant_id, job_id, schedule_id, schedule, next_nominal_at, next_due_at, superseded_at, is_deleted)
        values (
          old.tenant_id, old.job_id, old.id, to_jsonb(old), old.next_nominal_at, old.next_due_at, now(), true
        );
    end if;
    return old;
  end if;

  -- Instants have whole milliseconds in JavaScript. A change is never in the future.
  v_changed_at := date_trunc('milliseconds', least(new.updated_at, now()));
  if tg_op = 'INSERT' then
    if new.next_nominal_at is not null then
      return new;
    end if;
  elsif (
    new.schedule_type, new.cron_expression, new.time_zone, new.interval_seconds, new.anchor_at, new.run_at,
    new.misfire_policy, new.misfire_limit, new.overlap_policy, new.spread_seconds, new.blackouts, new.catch_up_after_enable
  ) is not distinct from (
    old.schedule_type, old.cron_expression, old.time_zone, old.interval_seconds, old.anchor_at, old.run_at,
    old.misfire_policy, old.misfire_limit, old.overlap_policy, old.spread_seconds, old.blackouts, old.catch_up_after_enable
  ) and (old.next_nominal_at is not null or old.schedule_type = 'one_shot') then
    -- Saved without a change: nothing happens.
    new.updated_at := old.updated_at;
    return new;
  else
    if new.updated_at is not distinct from old.updated_at then
      v_changed_at := date_trunc('milliseconds', now());
    end if;
    -- Each change has its own time, in the order of the changes; ticks compare it.
    v_changed_at := greatest(v_changed_at, date_trunc('milliseconds', old.updated_at) + interval '1 millisecond');
  end if;

  new.updated_at := v_changed_at;
  if tg_op = 'UPDATE' and old.schedule_type = 'one_shot' and new.schedule_type = 'one_shot' and new.run_at = old.run_at then
    -- It is the same instant, which runs only once.
    new.next_nominal_at := old.next_nominal_at;
    new.next_due_at := old.next_due_at;
    return new;
  end if;
  if tg_op = 'UPDATE' and old.next_nominal_at <= v_changed_at then
    insert into private.superseded_schedules
      (tenant_id, job_id, schedule_id, schedule, next_nominal_at, next_due_at, superseded_at, is_deleted)
      values (
        old.tenant_id, old.job_id, old.id, to_jsonb(old), old.next_nominal_at, old.next_due_at, v_changed_at, false
      );
  end if;
  new.next_nominal_at := case new.schedule_type
    when 'one_shot' then new.run_at
    -- The next tick finds the first instant from here on.
    else greatest(v_changed_at, new.last_nominal_at) + interval '1 millisecond'
  end;
  new.next_due_at := new.next_nominal_at;
  return new;
end;
$$;
comment on function private.keep_due_instants() is
  'Trigger: instants that were due before a schedule is changed or deleted are still decided, by the schedule as it was. Sets from '
  'where the new one continues; without a change it changes nothing. Definer, because no member can write these rows.';

-- schemas/private/triggers/note_off_period.sql
create function private.note_off_period()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_row jsonb := to_jsonb(new);
  v_tenant_id uuid := new.tenant_id;
  v_plugin_id uuid := case when tg_table_name = 'plugins' then (v_row ->> 'id')::uuid end;
  v_job_id uuid := case when tg_table_name = 'jobs' then (v_row ->> 'id')::uuid end;
  v_name text := (select a.name from private.current_actor(v_tenant_id) a);
begin
  if not new.is_enabled then
    insert into public.off_periods (tenant_id, plugin_id, job_id, since_by)
      values (v_tenant_id, v_plugin_id, v_job_id, v_name)
      on conflict (subject_id) where until is null do nothing;
    return null;
  end if;
  update public.off_periods
    set until = greatest(now(), since), until_by = v_name
    where subject_id = coalesce(v_job_id, v_plugin_id, v_tenant_id) and until is null;
  -- Instants that wait to be caught up on are due now.
  update public.schedules s
    set next_due_at = least(s.next_due_at, now())
    from public.jobs j
    where j.id = s.job_id and s.tenant_id = v_tenant_id
      and (v_job_id is null or j.id = v_job_id) and (v_plugin_id is null or j.plugin_id = v_plugin_id)
      and s.catch_up_after_enable and s.next_nominal_at <= now() and s.next_due_at > now();
  return null;
end;
$$;
comment on function private.note_off_period() is
  'Trigger: records since when, until when and by whom a job, a plugin or all schedules of a tenant are switched off. Definer, '
  'because no member can write these rows.';

-- schemas/private/tables/superseded_schedules.sql
create table private.superseded_schedules (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  job_id uuid not null references public.jobs (id) on delete cascade,
  schedule_id uuid not null,
  schedule jsonb not null,
  next_nominal_at timestamptz,
  next_due_at timestamptz,
  superseded_at timestamptz not null,
  is_deleted boolean not null
);
create index superseded_schedules_by_due on private.superseded_schedules (next_due_at);
create index superseded_schedules_of_job on private.superseded_schedules (job_id);
create index superseded_schedules_of_tenant on private.superseded_schedules (tenant_id);

comment on table private.superseded_schedules is
  'What a schedule was before it was changed or deleted, until the next tick has decided the instants that were due by then.';
comment on column private.superseded_schedules.id is 'Id of this version.';
comment on column private.superseded_schedules.tenant_id is 'The tenant.';
comment on column private.superseded_schedules.job_id is 'The job.';
comment on column private.superseded_schedules.schedule_id is 'The schedule. No foreign key: it may be deleted.';
comment on column private.superseded_schedules.schedule is 'Its row before the change.';
comment on column private.superseded_schedules.next_nominal_at is 'Like in schedules; null once all its instants are decided.';
comment on column private.superseded_schedules.next_due_at is 'Like in schedules.';
comment on column private.superseded_schedules.superseded_at is 'When it was changed or deleted: later instants are not its own.';
comment on column private.superseded_schedules.is_deleted is 'It was deleted: its instants do not run, and say so.';

-- schemas/public/tables/off_periods.sql
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

-- schemas/private/functions/set_job_enabled.sql
create or replace function private.set_job_enabled(p_job_id uuid, p_is_enabled boolean)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_job public.jobs;
begin
  select * into v_job from public.jobs where id = p_job_id;
  if v_job.id is null or (v_user_id is not null and v_job.tenant_id not in (select private.my_tenant_ids())) then
    raise exception 'No such job' using errcode = 'P0002';
  end if;
  if v_user_id is not null and v_job.tenant_id not in (select private.my_admin_tenant_ids()) then
    raise exception 'Only admins can do this' using errcode = '42501';
  end if;
  if v_job.kind <> 'plugin' then
    raise exception 'Only plugin jobs are run by the portal' using errcode = '23514', constraint = 'switched_job_is_a_plugin_job';
  end if;

  -- Ticks decide the instants that are due while the job is off, and read from off_periods when it was.
  update public.jobs set is_enabled = p_is_enabled where id = p_job_id and is_enabled <> p_is_enabled;
  return found;
end;
$$;
comment on function private.set_job_enabled(uuid, boolean) is
  'Enables or disables a plugin job; see public.set_job_enabled. A user must be an admin of the job''s tenant; the service '
  'role has already checked. Definer, because the answer tells apart why a job cannot be switched.';

grant execute on function private.set_job_enabled(uuid, boolean) to authenticated, service_role;

-- schemas/public/views/plugin_job_overview.sql
create or replace view public.plugin_job_overview
with (security_invoker = true)
as
  select
    j.id as job_id, j.tenant_id, j.job_key, j.title, j.plugin_id, p.plugin_key, p.name as plugin_name,
    j.plugin_job_name,
    (
      select coalesce(d.job -> 'description', d.job -> 'title')
      from jsonb_array_elements(case when jsonb_typeof(p.manifest -> 'jobs') = 'array' then p.manifest -> 'jobs' end) d (job)
      where d.job ->> 'name' = j.plugin_job_name
      limit 1
    ) as declared_description,
    j.is_enabled, p.is_enabled as is_plugin_enabled, j.created_at as job_created_at,
    s.id as schedule_id, s.schedule_type, s.cron_expression, s.time_zone, s.interval_seconds, s.anchor_at, s.run_at,
    s.misfire_policy, s.misfire_limit, s.overlap_policy, s.spread_seconds, s.blackouts, s.catch_up_after_enable,
    s.next_nominal_at, s.next_due_at, s.last_nominal_at,
    t.last_status, t.last_finished_at, t.last_message,
    r.id as latest_run_id, r.state as latest_run_state, r.trigger as latest_run_trigger,
    coalesce(r.started_at, r.received_at) as latest_run_at, r.finished_at as latest_run_finished_at,
    x.name_text, j.titles, p.manifest -> 'name' as plugin_names,
    o.reason as off_reason, o.since as off_since, o.since_by as off_by
  from public.jobs j
  join public.plugins p on p.id = j.plugin_id
  left join public.schedules s on s.job_id = j.id
  left join public.job_status t on t.job_id = j.id
  left join public.job_search_texts x on x.job_id = j.id
  left join lateral (
    select l.id, l.state, l.trigger, l.started_at, l.received_at, l.finished_at
    from public.runs l
    where l.job_id = j.id
    order by l.ordered_at desc, l.id desc
    limit 1
  ) r on true
  left join lateral (
    select f.reason, f.since, f.since_by
    from public.off_periods f
    where f.subject_id in (j.id, j.plugin_id, j.tenant_id) and f.until is null
    order by f.job_id is not null, f.plugin_id is not null
    limit 1
  ) o on true
  where j.kind = 'plugin';
comment on view public.plugin_job_overview is
  'Each job that the portal runs, with its schedule, its status and its newest run, and why, since when and by whom it is off.';

grant select on public.plugin_job_overview to authenticated, service_role;

-- schemas/public/functions/apply_tick.sql
-- A tick reads the due schedules, TypeScript decides what happens to each instant, and this function writes everything in one
-- transaction: occurrence, run, queue message and the schedule's next instant.
create or replace function public.apply_tick(p_now timestamptz, p_plans jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_moved uuid[];
  v_past uuid[];
  v_run_ids uuid[];
  v_to_cancel uuid[];
  v_skipped bigint;
  v_missed bigint;
  v_why jsonb := private.own_message('run.superseded');
begin
  -- Concurrent ticks lock schedules in the same order; the second one then finds that the first has advanced the schedule.
  perform 1
    from public.schedules s
    where s.id in (select (p ->> 'schedule_id')::uuid from jsonb_array_elements(p_plans) p)
    order by s.id
    for no key update;
  perform 1
    from private.superseded_schedules x
    where x.id in (select (p ->> 'superseded_id')::uuid from jsonb_array_elements(p_plans) p)
    order by x.id
    for no key update;

  -- Compare and set: a plan changes nothing if its instant is no longer the next one, or if a person has changed the schedule
  -- in the meantime.
  with plans as (
    select * from jsonb_to_recordset(p_plans) as p (
      schedule_id uuid, superseded_id uuid, expected_nominal_at timestamptz, expected_updated_at timestamptz,
      last_nominal_at timestamptz, next_nominal_at timestamptz, next_due_at timestamptz
    )
  ),
  moved as (
    update public.schedules s
    set
      last_nominal_at = coalesce(p.last_nominal_at, s.last_nominal_at),
      next_nominal_at = p.next_nominal_at,
      next_due_at = p.next_due_at
    from plans p
    where s.id = p.schedule_id
      and p.superseded_id is null
      and s.next_nominal_at = p.expected_nominal_at
      and s.updated_at = p.expected_updated_at
    returning s.id
  ),
  past as (
    update private.superseded_schedules x
    set next_nominal_at = p.next_nominal_at, next_due_at = p.next_due_at
    from plans p
    where x.id = p.superseded_id and x.next_nominal_at = p.expected_nominal_at
    returning x.id
  )
  select
    coalesce((select array_agg(id) from moved), '{}'), coalesce((select array_agg(id) from past), '{}')
    into v_moved, v_past;

  -- Decide overlaps and write occurrences.
  with instants as (
    select
      s.schedule_id, s.tenant_id, s.job_id, s.overlap_policy, o.*,
      count(*) filter (where o.decision = 'run') over (partition by s.schedule_id) as wanted,
      row_number() over (partition by s.schedule_id, o.decision order by o.nominal_at) as place
    from jsonb_to_recordset(p_plans) as p (schedule_id uuid, superseded_id uuid, occurrences jsonb)
    join (
      select id as plan_id, id as schedule_id, tenant_id, job_id, overlap_policy from public.schedules where id = any (v_moved)
      union all
      select id, schedule_id, tenant_id, job_id, schedule ->> 'overlap_policy'
        from private.superseded_schedules where id = any (v_past)
    ) s on s.plan_id = coalesce(p.superseded_id, p.schedule_id)
    cross join lateral jsonb_to_recordset(p.occurrences) as o (
      nominal_at timestamptz, through_nominal_at timestamptz, instant_count bigint, due_at timestamptz,
      decision text, reason text, is_made_up boolean
    )
  ),
  active as (
    select i.job_id, count(r.id) as runs, count(r.id) filter (where r.state = 'pending') as waiting
    from (select distinct job_id from instants where overlap_policy <> 'allow') i
    left join public.runs r on r.job_id = i.job_id and r.state in ('pending', 'running')
    group by i.job_id
  ),
  decided as (
    select
      i.*,
      i.decision = 'run' and case i.overlap_policy
        when 'allow' then true
        -- All that is made up for runs, one after another, also after a run that is not finished.
        when 'skip' then i.place <= 1 - a.runs or i.is_made_up is true
        -- One run waits, however many are running.
        when 'queue' then i.place <= 2 - least(a.runs - a.waiting, 1) - a.waiting or i.is_made_up is true
        else i.place = i.wanted
      end as is_started
    from instants i
    left join active a on a.job_id = i.job_id
  ),
  started as (
    select d.*, private.new_run_id() as run_id from decided d where d.is_started
  ),
  ledger_of_started as (
    insert into public.occurrences as l
      (tenant_id, job_id, schedule_id, nominal_at, through_nominal_at, instant_count, due_at, state, run_id)
    select s.tenant_id, s.job_id, s.schedule_id, s.nominal_at, s.nominal_at, 1, s.due_at, 'started', s.run_id
    from started s
    on conflict (schedule_id, nominal_at) do nothing
    returning l.run_id
  ),
  made as (
    insert into public.runs
      (id, tenant_id, job_id, trigger, state, ordered_at, scheduled_for, schedule_id, is_exclusive, payload)
    select
      s.run_id, s.tenant_id, s.job_id, 'schedule', 'pending', p_now, s.nominal_at, s.schedule_id,
      s.overlap_policy in ('queue', 'cancel_previous') or (s.overlap_policy = 'skip' and s.is_made_up is true), j.payload
    from started s
    join ledger_of_started l on l.run_id = s.run_id
    join public.jobs j on j.id = s.job_id
    returning id, job_id, is_exclusive
  ),
  skips as (
    select
      d.*,
      coalesce(d.reason, 'overlap') as why,
      -- Skipped by a decision, or missed because no scheduler ran when it was due.
      case when d.reason like 'misfire%' then 'missed' else 'skipped' end as as_state
    from decided d
    where not d.is_started
  ),
  latest as (
    select s.schedule_id, s.nominal_at as of_nominal_at, o.id, o.state, o.reason
    from (select schedule_id, min(nominal_at) as nominal_at from skips group by schedule_id) s
    cross join lateral (
      select l.id, l.state, l.reason from public.occurrences l
      where l.schedule_id = s.schedule_id and l.nominal_at < s.nominal_at
      order by l.nominal_at desc
      limit 1
    ) o
  ),
  -- Consecutive instants that do not run for the same reason share a row, so a disabled schedule adds few rows.
  extended as (
    update public.occurrences o
    set
      through_nominal_at = greatest(o.through_nominal_at, s.through_nominal_at),
      instant_count = o.instant_count + s.instant_count
    from latest l
    join (
      select schedule_id, why, max(coalesce(through_nominal_at, nominal_at)) as through_nominal_at,
        sum(coalesce(instant_count, 1)) as instant_count, count(*) as rows
      from skips group by schedule_id, why
    ) s on s.schedule_id = l.schedule_id and s.why = l.reason
    where o.id = l.id and l.state in ('skipped', 'missed')
      and not exists (select 1 from skips k where k.schedule_id = l.schedule_id and k.why <> l.reason)
      and not exists (select 1 from started t where t.schedule_id = l.schedule_id)
    returning o.schedule_id
  ),
  ledger_of_skipped as (
    insert into public.occurrences
      (tenant_id, job_id, schedule_id, nominal_at, through_nominal_at, instant_count, due_at, state, reason)
    select
      k.tenant_id, k.job_id, k.schedule_id, k.nominal_at, coalesce(k.through_nominal_at, k.nominal_at),
      coalesce(k.instant_count, 1), k.due_at, k.as_state, k.why
    from skips k
    where k.schedule_id not in (select schedule_id from extended)
    on conflict (schedule_id, nominal_at) do nothing
    returning instant_count
  )
  select
    (select array_agg(id) from made),
    (select array_agg(r.id)
      from public.runs r
      where r.state in ('pending', 'running')
        and r.job_id in (select job_id from decided where is_started and overlap_policy = 'cancel_previous')),
    (select coalesce(sum(coalesce(k.instant_count, 1)), 0) from skips k where k.as_state = 'skipped'),
    (select coalesce(sum(coalesce(k.instant_count, 1)), 0) from skips k where k.as_state = 'missed')
    into v_run_ids, v_to_cancel, v_skipped, v_missed;

  -- The statement above saw the runs from before it, so it does not cancel the new ones.
  if v_to_cancel is not null then
    perform private.cancel_runs(v_to_cancel);
    update public.runs r
      set
        message = case when r.state = 'canceled' then v_why ->> 'message' end,
        message_code = case when r.state = 'canceled' then v_why ->> 'code' end,
        message_values = case when r.state = 'canceled' then v_why -> 'values' end,
        error = jsonb_build_object('name', 'Superseded') || v_why
      where r.id = any (v_to_cancel) and (r.state = 'running' or r.state = 'canceled' and r.finished_at >= now());
  end if;
  if v_run_ids is not null then
    perform private.enqueue_runs(v_run_ids);
  end if;
  delete from private.superseded_schedules where id = any (v_past) and next_nominal_at is null;

  return jsonb_build_object(
    'moved', cardinality(v_moved) + cardinality(v_past),
    'stale', jsonb_array_length(p_plans) - cardinality(v_moved) - cardinality(v_past),
    'enqueued', coalesce(cardinality(v_run_ids), 0),
    'skipped', v_skipped,
    'missed', v_missed
  );
end;
$$;
comment on function public.apply_tick(timestamptz, jsonb) is
  'Applies an array of {schedule_id, superseded_id, expected_nominal_at, expected_updated_at, last_nominal_at, next_nominal_at, '
  'next_due_at, occurrences: [{nominal_at, through_nominal_at, instant_count, due_at, decision: run|skip, reason, is_made_up}]}. '
  'Concurrent calls are safe: one instant, one occurrence, one run. Returns {moved, stale, enqueued, skipped, missed}: counts of '
  'schedules, schedules, runs, instants, instants.';

grant execute on function public.apply_tick(timestamptz, jsonb) to service_role;

-- schemas/public/functions/declare_plugin.sql
-- A manifest becomes rows once; after that, the rows belong to the admins.
create or replace function public.declare_plugin(p_tenant_id uuid, p_plugin jsonb, p_jobs jsonb)
returns uuid
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_id uuid;
  v_manifest jsonb;
  v_text text := p_plugin ->> 'manifest_text';
  v_old_text text;
  v_known text[];
begin
  select id, manifest, manifest_text into v_id, v_manifest, v_old_text
    from public.plugins
    where tenant_id = p_tenant_id and plugin_key = p_plugin ->> 'plugin_key'
    for no key update;
  if v_id is null then
    insert into public.plugins (tenant_id, plugin_key, name, kind, base_url, manifest, manifest_text)
      values (
        p_tenant_id, p_plugin ->> 'plugin_key', p_plugin ->> 'name', p_plugin ->> 'kind', p_plugin ->> 'base_url',
        p_plugin -> 'manifest', v_text
      )
      on conflict (tenant_id, plugin_key) do nothing
      returning id into v_id;
    -- Another process is declaring the plugin.
    if v_id is null then
      return (select id from public.plugins where tenant_id = p_tenant_id and plugin_key = p_plugin ->> 'plugin_key');
    end if;
  elsif v_manifest is distinct from p_plugin -> 'manifest' then
    update public.plugins set name = p_plugin ->> 'name', manifest = p_plugin -> 'manifest', manifest_text = v_text
      where id = v_id;
  else
    -- The same manifest, except for the order of its keys.
    update public.plugins set manifest_text = v_text where id = v_id and v_text <> coalesce(v_old_text, '');
    return v_id;
  end if;

  -- Jobs of an earlier manifest do not change: an admin may have changed or deleted them.
  select coalesce(array_agg(j ->> 'name'), '{}') into v_known
    from jsonb_array_elements(coalesce(v_manifest -> 'jobs', '[]')) j;
  with declared as (
    select * from jsonb_to_recordset(p_jobs) as d (
      name text, job_key text, title text, titles jsonb, timeout_seconds integer, max_attempts integer, backoff_seconds integer,
      max_backoff_seconds integer, concurrency_limit integer, schedule jsonb
    )
    where d.name <> all (v_known)
  ),
  made as (
    insert into public.jobs
      (tenant_id, job_key, title, titles, kind, plugin_id, plugin_job_name, timeout_seconds, max_attempts, backoff_seconds,
        max_backoff_seconds, concurrency_limit)
    select p_tenant_id, d.job_key, d.title, d.titles, 'plugin', v_id, d.name, d.timeout_seconds, d.max_attempts, d.backoff_seconds,
      d.max_backoff_seconds, d.concurrency_limit
    from declared d
    on conflict (tenant_id, job_key) do nothing
    returning id, plugin_job_name
  )
  insert into public.schedules
    (tenant_id, job_id, schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at, misfire_policy,
      misfire_limit, overlap_policy, spread_seconds)
  select
    p_tenant_id, m.id, s.schedule_type, s.cron_expression, coalesce(s.time_zone, 'UTC'), s.interval_seconds, s.anchor_at,
    s.run_at, s.misfire_policy, s.misfire_limit, s.overlap_policy, s.spread_seconds
  from made m
  join declared d on d.name = m.plugin_job_name
  cross join lateral jsonb_to_record(d.schedule) as s (
    schedule_type text, cron_expression text, time_zone text, interval_seconds integer, anchor_at timestamptz,
    run_at timestamptz, misfire_policy text, misfire_limit integer, overlap_policy text, spread_seconds integer
  )
  where d.schedule is not null;
  return v_id;
end;
$$;
comment on function public.declare_plugin(uuid, jsonb, jsonb) is
  'Creates or updates a plugin from its manifest and adds the jobs and schedules that are new in it; existing ones keep the '
  'changes of admins. Returns the plugin id.';

grant execute on function public.declare_plugin(uuid, jsonb, jsonb) to authenticated, service_role;

-- schemas/public/functions/list_due_schedules.sql
-- Schedulers run on any number of machines, and one whose clock is a day ahead must not treat tomorrow's instants as missed:
-- the database's clock, which all of them share, decides what is due.
create or replace function public.list_due_schedules(p_now timestamptz default null, p_limit integer default 1000)
returns table (
  id uuid,
  superseded_id uuid,
  tenant_id uuid,
  job_id uuid,
  schedule_type text,
  cron_expression text,
  time_zone text,
  interval_seconds integer,
  anchor_at timestamptz,
  run_at timestamptz,
  misfire_policy text,
  misfire_limit integer,
  overlap_policy text,
  spread_seconds integer,
  blackouts jsonb,
  catch_up_after_enable boolean,
  next_nominal_at timestamptz,
  updated_at timestamptz,
  superseded_at timestamptz,
  is_deleted boolean,
  off_periods jsonb,
  as_of timestamptz
)
language plpgsql
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_now timestamptz := coalesce(p_now, now());
  v_is_superseded boolean := exists (select 1 from private.superseded_schedules where next_due_at <= v_now);
begin
  return query
  with due as (
    (
      select s as schedule, s.next_nominal_at, s.next_due_at, null::uuid as superseded_id, null::timestamptz as superseded_at,
        false as is_deleted
      from public.schedules s
      where not v_is_superseded and s.next_due_at <= v_now
      order by s.next_due_at
      limit p_limit
    )
    union all
    (
      select jsonb_populate_record(null::public.schedules, x.schedule), x.next_nominal_at, x.next_due_at, x.id, x.superseded_at,
        x.is_deleted
      from private.superseded_schedules x
      where v_is_superseded and x.next_due_at <= v_now
      order by x.next_due_at
      limit p_limit
    )
  )
  select
    (d.schedule).id, d.superseded_id, (d.schedule).tenant_id, (d.schedule).job_id, (d.schedule).schedule_type,
    (d.schedule).cron_expression, (d.schedule).time_zone, (d.schedule).interval_seconds, (d.schedule).anchor_at,
    (d.schedule).run_at, (d.schedule).misfire_policy, (d.schedule).misfire_limit, (d.schedule).overlap_policy,
    (d.schedule).spread_seconds, (d.schedule).blackouts, (d.schedule).catch_up_after_enable, d.next_nominal_at,
    (d.schedule).updated_at, d.superseded_at, d.is_deleted, o.periods, v_now
  from due d
  join public.jobs j on j.id = (d.schedule).job_id
  cross join lateral (
    select jsonb_agg(jsonb_build_object('since', p.since, 'until', p.until, 'reason', p.reason)) as periods
    from public.off_periods p
    where p.subject_id in (j.id, j.plugin_id, j.tenant_id)
      -- An instant from before the schedule was saved can only be a one-shot that is to run at once.
      and (p.until is null or p.until >= greatest(d.next_nominal_at, (d.schedule).updated_at))
  ) o
  order by d.next_due_at;

  -- Nearly every tick finds nothing and needs only this one call.
  if not found then
    perform public.note_heartbeat('scheduler', jsonb_build_object('due', 0, 'enqueued', 0, 'ticked_for', v_now));
  end if;
end;
$$;
comment on function public.list_due_schedules(timestamptz, integer) is
  'Schedules that are due at p_now (default: the database''s clock, returned as as_of), the longest overdue first. What a changed '
  'or deleted schedule left undecided comes first and alone, with its superseded_id, superseded_at and is_deleted. off_periods: '
  '[{since, until, reason}] of the job, its plugin and its tenant. If nothing is due, records the scheduler''s heartbeat.';

grant execute on function public.list_due_schedules(timestamptz, integer) to service_role;

-- schemas/public/functions/read_scheduler_status.sql
create or replace function public.read_scheduler_status(p_tenant_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_off public.off_periods;
begin
  select * into v_off from public.off_periods o where o.subject_id = p_tenant_id and o.until is null;
  return (
    select jsonb_build_object(
      'is_enabled', coalesce((select s.is_enabled from public.scheduler_settings s where s.tenant_id = p_tenant_id), true),
      'job_count', count(*),
      'enabled_job_count', count(*) filter (where j.is_enabled),
      'off_since', v_off.since,
      'off_by', v_off.since_by,
      -- Nothing is next while everything is off.
      'next_due_at', case when v_off.id is null then (
        select min(s.next_due_at)
        from public.schedules s
        join public.jobs k on k.id = s.job_id and k.is_enabled
        join public.plugins p on p.id = k.plugin_id and p.is_enabled
        where s.tenant_id = p_tenant_id
      ) end
    )
    from public.jobs j
    where j.tenant_id = p_tenant_id and j.kind = 'plugin'
  ) || public.read_portal_health(p_tenant_id);
end;
$$;
comment on function public.read_scheduler_status(uuid) is
  'The state of a tenant''s scheduler: its switch, since when and by whom it is off, its jobs, the next due instant (null while '
  'it is off), and the portal''s health.';

grant execute on function public.read_scheduler_status(uuid) to authenticated, service_role;

-- schemas/public/functions/set_job_enabled.sql
create or replace function public.set_job_enabled(p_job_id uuid, p_is_enabled boolean)
returns boolean
language sql
security invoker
set search_path = ''
as $$
  select private.set_job_enabled(p_job_id, p_is_enabled);
$$;
comment on function public.set_job_enabled(uuid, boolean) is
  'Enables or disables a plugin job (admins); runs in progress continue. Returns whether anything changed. P0002, 42501, 23514 '
  'switched_job_is_a_plugin_job.';

grant execute on function public.set_job_enabled(uuid, boolean) to authenticated, service_role;

-- schemas/private/policies/superseded_schedules.sql
grant select, insert, update, delete on private.superseded_schedules to service_role;

-- schemas/public/policies/off_periods.sql
grant select on public.off_periods to authenticated;
grant select, insert, update, delete on public.off_periods to service_role;

alter table public.off_periods enable row level security;

create policy "Members can see when something of their tenant was off" on public.off_periods
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));

-- schemas/public/policies/schedules.sql
revoke all on public.schedules from anon, authenticated, service_role;
do $$
declare
  old record;
begin
  for old in select policyname from pg_policies where schemaname = 'public' and tablename = 'schedules' loop
    execute format('drop policy %I on public.schedules', old.policyname);
  end loop;
end;
$$;

-- An admin's client sets the id, because the spread depends on it. From where a schedule continues is set by a trigger.
grant select, delete,
  insert (id, tenant_id, job_id, schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at,
    misfire_policy, misfire_limit, overlap_policy, spread_seconds, blackouts, catch_up_after_enable, updated_at),
  update (schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at, misfire_policy, misfire_limit,
    overlap_policy, spread_seconds, blackouts, catch_up_after_enable, updated_at)
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

-- by hand
create trigger note_off_since_creation after insert on public.scheduler_settings
  for each row when (not new.is_enabled)
  execute function private.note_off_period();
create trigger note_off_period after update of is_enabled on public.scheduler_settings
  for each row when (old.is_enabled <> new.is_enabled)
  execute function private.note_off_period();
create trigger note_off_since_creation after insert on public.jobs
  for each row when (not new.is_enabled)
  execute function private.note_off_period();
create trigger note_off_period after update of is_enabled on public.jobs
  for each row when (old.is_enabled <> new.is_enabled)
  execute function private.note_off_period();
create trigger note_off_since_creation after insert on public.plugins
  for each row when (not new.is_enabled)
  execute function private.note_off_period();
create trigger note_off_period after update of is_enabled on public.plugins
  for each row when (old.is_enabled <> new.is_enabled)
  execute function private.note_off_period();

create trigger keep_due_instants
  before insert or delete or update of schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at,
    misfire_policy, misfire_limit, overlap_policy, spread_seconds, blackouts, catch_up_after_enable
  on public.schedules
  for each row execute function private.keep_due_instants();

-- Who switched off what is off now, from the audit log.
insert into public.off_periods (tenant_id, job_id, since, since_by)
  select j.tenant_id, j.id, coalesce(a.created_at, j.updated_at), coalesce(a.actor_name, '')
  from public.jobs j
  left join lateral (
    select l.created_at, l.actor_name
    from public.audit_log l
    where l.tenant_id = j.tenant_id and l.subject_kind = 'jobs' and l.subject_id = j.id::text
      and l.after ->> 'is_enabled' = 'false'
    order by l.id desc
    limit 1
  ) a on true
  where not j.is_enabled;
insert into public.off_periods (tenant_id, plugin_id, since, since_by)
  select p.tenant_id, p.id, coalesce(a.created_at, p.updated_at), coalesce(a.actor_name, '')
  from public.plugins p
  left join lateral (
    select l.created_at, l.actor_name
    from public.audit_log l
    where l.tenant_id = p.tenant_id and l.subject_kind = 'plugins' and l.subject_id = p.id::text
      and l.after ->> 'is_enabled' = 'false'
    order by l.id desc
    limit 1
  ) a on true
  where not p.is_enabled;
insert into public.off_periods (tenant_id, since, since_by)
  select s.tenant_id, coalesce(a.created_at, s.updated_at), coalesce(a.actor_name, '')
  from public.scheduler_settings s
  left join lateral (
    select l.created_at, l.actor_name
    from public.audit_log l
    where l.tenant_id = s.tenant_id and l.subject_kind = 'scheduler_settings' and l.subject_id = ''
      and l.after ->> 'is_enabled' = 'false'
    order by l.id desc
    limit 1
  ) a on true
  where not s.is_enabled;
insert into public.off_periods (tenant_id, since, since_by, until, until_by)
  select s.tenant_id, coalesce(a.created_at, s.enabled_at), coalesce(a.actor_name, ''), s.enabled_at, ''
  from public.scheduler_settings s
  left join lateral (
    select l.created_at, l.actor_name
    from public.audit_log l
    where l.tenant_id = s.tenant_id and l.subject_kind = 'scheduler_settings' and l.after ->> 'is_enabled' = 'false'
      and l.created_at <= s.enabled_at
    order by l.id desc
    limit 1
  ) a on true
  where s.is_enabled and s.enabled_at is not null;

-- A schedule of a job that is off had no place: it continues after what was decided last.
update public.schedules s
  set
    next_nominal_at = case
      when s.schedule_type = 'one_shot' then s.run_at
      else date_trunc('milliseconds', greatest(s.last_nominal_at, s.updated_at)) + interval '1 millisecond'
    end,
    next_due_at = case
      when s.schedule_type = 'one_shot' then s.run_at
      else date_trunc('milliseconds', greatest(s.last_nominal_at, s.updated_at)) + interval '1 millisecond'
    end
  from public.jobs j
  where j.id = s.job_id and not j.is_enabled and s.next_nominal_at is null
    and (s.schedule_type <> 'one_shot' or s.last_nominal_at is null or s.last_nominal_at < s.run_at);

drop trigger note_enabled_at on public.scheduler_settings;
drop function private.note_enabled_at();
alter table public.scheduler_settings drop column enabled_at;
comment on column public.schedules.next_nominal_at is
  'From here on no instant is decided: the next instant or, until the next tick, when the schedule was changed; null if it ended.';
comment on column public.schedules.next_due_at is 'When a tick processes it: the same instant plus the spread offset.';
