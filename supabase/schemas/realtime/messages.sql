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
