-- A manifest becomes rows once; after that, the rows belong to the admins.
create function public.declare_plugin(p_tenant_id uuid, p_plugin jsonb, p_jobs jsonb)
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
