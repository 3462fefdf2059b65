-- Read due schedules by tenant: the page of schedules and the scheduler's status read those of one company in order, however
-- many jobs the portal has.

create index schedules_of_tenant_due_first on public.schedules (tenant_id, next_due_at) where next_due_at is not null;

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
        select s.next_due_at
        from public.schedules s
        join public.jobs k on k.id = s.job_id and k.is_enabled
        join public.plugins p on p.id = k.plugin_id and p.is_enabled
        where s.tenant_id = p_tenant_id and s.next_due_at is not null
        order by s.next_due_at
        limit 1
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

-- schemas/public/functions/read_schedules_overview.sql
-- One call instead of several, because each round trip costs more than its query. Row level security applies to all that it
-- reads. Jobs that start at the same instants share a group: companies have far fewer groups than jobs, and the page computes
-- instants only once for each.
create or replace function public.read_schedules_overview(p_tenant_id uuid, p_due_until timestamptz default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_answer jsonb := jsonb_build_object(
    'status', public.read_scheduler_status(p_tenant_id),
    'plugins', (
      select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'names', p.names) order by p.name, p.id), '[]')
      from (
        select l.id, l.name, l.manifest -> 'name' as names
        from public.plugins l
        where l.tenant_id = p_tenant_id
        order by l.name, l.id
        limit 500
      ) p
    ),
    'day', null
  );
begin
  if p_due_until is null then
    return v_answer;
  end if;
  return v_answer || jsonb_build_object(
    'day', (
      with due as materialized (
        select
          s.job_id, s.schedule_type, s.cron_expression, s.time_zone, s.interval_seconds, s.anchor_at, s.run_at, s.blackouts,
          s.next_nominal_at, s.next_due_at
        from public.schedules s
        -- The tenant's own jobs only: by itself the planner would read all jobs of the portal.
        join public.jobs j on j.id = s.job_id and j.tenant_id = p_tenant_id
        join public.plugins p on p.id = j.plugin_id and p.tenant_id = p_tenant_id
        where s.tenant_id = p_tenant_id
          and s.next_due_at < p_due_until
          and j.kind = 'plugin'
          and j.is_enabled
          and p.is_enabled
      ),
      groups as (
        select
          d.schedule_type, d.cron_expression, d.time_zone, d.interval_seconds, d.anchor_at, d.run_at, d.blackouts,
          d.next_nominal_at, d.next_due_at,
          count(*) as job_count, (array_agg(d.job_id))[1:4] as job_ids,
          row_number() over (order by count(*) desc, d.next_due_at, d.cron_expression) as place
        from due d
        group by 1, 2, 3, 4, 5, 6, 7, 8, 9
      )
      select jsonb_build_object(
        'job_count', (select count(*) from due),
        'groups', (
          select coalesce(
            jsonb_agg(
              jsonb_build_array(
                g.schedule_type, g.cron_expression, g.time_zone, g.interval_seconds, g.anchor_at, g.run_at, g.blackouts,
                g.next_nominal_at, g.next_due_at, g.job_count, g.job_ids
              )
              order by g.place
            ),
            '[]'
          )
          from groups g
          where g.place <= 1500
        ),
        -- Of the jobs of rarer groups, only the next start is counted.
        'others', (
          select coalesce(jsonb_agg(jsonb_build_array(o.minute, o.job_count)), '[]')
          from (
            select date_trunc('minute', g.next_due_at) as minute, sum(g.job_count) as job_count
            from groups g
            where g.place > 1500 and g.blackouts = '[]'
            group by 1
          ) o
        ),
        'other_job_count', (select coalesce(sum(g.job_count), 0) from groups g where g.place > 1500),
        'first', (
          select coalesce(jsonb_agg(to_jsonb(f) order by f.next_due_at, f.job_id), '[]')
          from (
            select
              j.id as job_id, j.title, j.titles, j.created_at as job_created_at, s.id as schedule_id, s.schedule_type,
              s.cron_expression, s.time_zone, s.interval_seconds, s.anchor_at, s.run_at, s.misfire_policy, s.misfire_limit,
              s.overlap_policy, s.spread_seconds, s.blackouts, s.catch_up_after_enable, s.next_nominal_at, s.next_due_at
            from (select d.job_id from due d order by d.next_due_at, d.job_id limit 12) n
            join public.jobs j on j.id = n.job_id
            join public.schedules s on s.job_id = n.job_id
          ) f
        )
      )
    )
  );
end;
$$;
comment on function public.read_schedules_overview(uuid, timestamptz) is
  'What the page shows around the list of schedules: the scheduler''s status, the names of up to 500 plugins and, with '
  'p_due_until, what is due before it: the first 12 jobs, and the 1,500 most common groups of jobs that start at the same '
  'instants.';

grant execute on function public.read_schedules_overview(uuid, timestamptz) to authenticated, service_role;
