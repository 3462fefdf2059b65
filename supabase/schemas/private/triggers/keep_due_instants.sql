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
