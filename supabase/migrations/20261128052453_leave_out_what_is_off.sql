-- Leave out what is off: the page of schedules finds the few jobs that are off, instead of joining every schedule with its job.

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
      -- Few jobs are off, so these are found and left out: joining every schedule with its job took longer than all the rest.
      with off as materialized (
        select o.job_id
        from public.off_periods o
        where o.tenant_id = p_tenant_id and o.until is null and o.job_id is not null
        union all
        select j.id
        from public.off_periods o
        join public.jobs j on j.tenant_id = p_tenant_id and j.plugin_id = o.plugin_id
        where o.tenant_id = p_tenant_id and o.until is null and o.plugin_id is not null
      ),
      due as materialized (
        select
          s.job_id, s.schedule_type, s.cron_expression, s.time_zone, s.interval_seconds, s.anchor_at, s.run_at, s.blackouts,
          s.next_nominal_at, s.next_due_at
        from public.schedules s
        where s.tenant_id = p_tenant_id
          and s.next_due_at < p_due_until
          and s.job_id not in (select off.job_id from off)
      ),
      groups as (
        select
          d.schedule_type, d.cron_expression, d.time_zone, d.interval_seconds, d.anchor_at, d.run_at, d.blackouts,
          d.next_nominal_at, d.next_due_at,
          count(*) as job_count, (array_agg(d.job_id))[1:4] as job_ids,
          row_number() over (order by count(*) desc, d.next_due_at) as place
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
          where g.place <= 1000
        ),
        -- Of the jobs of rarer groups, only the next start is counted.
        'others', (
          select coalesce(jsonb_agg(jsonb_build_array(o.minute, o.job_count)), '[]')
          from (
            select date_trunc('minute', g.next_due_at) as minute, sum(g.job_count) as job_count
            from groups g
            where g.place > 1000 and g.blackouts = '[]'
            group by 1
          ) o
        ),
        'other_job_count', (select coalesce(sum(g.job_count), 0) from groups g where g.place > 1000),
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
  'p_due_until, what is due before it: the first 12 jobs, and the 1,000 most common groups of jobs that start at the same '
  'instants.';

grant execute on function public.read_schedules_overview(uuid, timestamptz) to authenticated, service_role;
