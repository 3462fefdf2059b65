-- plpgsql caches its plan, because policies call this for every table.
create function private.my_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if private.is_session_alive() then
    return query select m.tenant_id from public.members m where m.user_id = (select auth.uid());
  end if;
end;
$$;
comment on function private.my_tenant_ids() is
  'Tenants of the signed-in user; none after their session has ended. Definer, because policies on members would otherwise '
  'call themselves.';

grant execute on function private.my_tenant_ids() to authenticated;
