-- Open pages are told of changes where the project has Supabase Realtime.

-- schemas/private/triggers/announce_change.sql
create function private.announce_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  announced text := coalesce(current_setting('tc_portal.announced', true), '');
  changed_tenant_id uuid;
begin
  for changed_tenant_id in select distinct c.tenant_id from changed c loop
    -- Once per transaction: a report changes its run and its status.
    if position(changed_tenant_id::text in announced) = 0 then
      perform realtime.send('{}'::jsonb, 'changed', 'tenant:' || changed_tenant_id, true);
      announced := announced || ' ' || changed_tenant_id;
    end if;
  end loop;
  perform set_config('tc_portal.announced', announced, true);
  return null;
end;
$$;
comment on function private.announce_change() is
  'Trigger: tells listening members that the badge or a live page has something new to show; the message contains nothing '
  'else. Definer, because the roles that write cannot send.';

-- schemas/realtime/messages.sql
-- If the project has Supabase Realtime, open pages receive changes instead of polling every second. Without it (the embedded
-- database), no trigger is created and reports cost nothing extra.
do $$
declare
  changed record;
begin
  if to_regprocedure('realtime.send(jsonb, text, text, boolean)') is null then
    return;
  end if;
  for changed in
    select v.table_name, v.event, v.transition
    from (values
      ('job_status', 'insert', 'new'), ('job_status', 'update', 'new'), ('job_status', 'delete', 'old'),
      ('runs', 'insert', 'new'),
      ('tools', 'insert', 'new'), ('tools', 'update', 'new'), ('tools', 'delete', 'old')
    ) as v (table_name, event, transition)
  loop
    execute format(
      'create trigger announce_%2$s_of_%1$s after %2$s on public.%1$I referencing %3$s table as changed '
        'for each statement execute function private.announce_change()',
      changed.table_name, changed.event, changed.transition
    );
  end loop;
  execute $policy$
    create policy "Members can hear of changes in their tenants" on realtime.messages
      for select to authenticated
      using (
        extension = 'broadcast'
        and (select realtime.topic()) in (select 'tenant:' || mine.id from private.my_tenant_ids() mine (id))
      )
  $policy$;
exception
  -- Pages then poll every second, so continue with the rest of the schema.
  when insufficient_privilege then
    raise warning 'Supabase Realtime is not used, because its schema may not be changed: %', sqlerrm;
end;
$$;
