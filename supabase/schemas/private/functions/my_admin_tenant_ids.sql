-- plpgsql caches its plan, because policies call this for every table.
create function private.my_admin_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if private.is_session_alive() then
    return query select m.tenant_id from public.members m where m.user_id = (select auth.uid()) and m.role = 'admin';
  end if;
end;
$$;
comment on function private.my_admin_tenant_ids() is
  'Tenants in which the signed-in user is an admin; none after their session has ended. Definer for the same reason as '
  'my_tenant_ids.';

grant execute on function private.my_admin_tenant_ids() to authenticated;
