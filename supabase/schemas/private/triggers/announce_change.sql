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
