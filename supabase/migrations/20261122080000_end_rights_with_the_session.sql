-- A session that was ended (signed out elsewhere, password changed) ends what its token may see at once. A token alone is
-- good until it runs out, an hour later. plpgsql, because it keeps its plans: policies call these for every table read.

create function private.is_session_alive()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  named_session_id uuid := nullif(auth.jwt() ->> 'session_id', '')::uuid;
begin
  return named_session_id is null or exists (select 1 from auth.sessions s where s.id = named_session_id);
end;
$$;
comment on function private.is_session_alive() is
  'Whether the session of the token still exists; true for a token without one. Definer, because nobody else reads auth.sessions.';

create or replace function private.my_tenant_ids()
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
  'Tenants of the signed-in person; none once their session has ended. Definer, because policies on members would otherwise call themselves.';

create or replace function private.my_admin_tenant_ids()
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
  'Tenants in which the signed-in person is an admin; none once their session has ended. Definer for the same reason as my_tenant_ids.';

grant execute on function private.is_session_alive() to authenticated;
