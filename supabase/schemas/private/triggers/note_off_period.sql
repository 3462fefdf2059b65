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
