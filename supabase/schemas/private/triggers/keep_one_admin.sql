-- The Data API returns the message but not the constraint's name, so the message names the rule as PostgreSQL does.
create function private.keep_one_admin()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- The lock on the tenant makes two admins who remove each other wait for one another; a deleted tenant needs no admin.
  perform 1 from public.tenants where id = old.tenant_id for update;
  if found and old.role = 'admin' and not exists (
    select 1 from public.members where tenant_id = old.tenant_id and role = 'admin'
  ) then
    raise exception 'change of members violates constraint "tenant_keeps_one_admin"'
      using errcode = '23514', constraint = 'tenant_keeps_one_admin';
  end if;
  return null;
end;
$$;
comment on function private.keep_one_admin() is
  'Trigger: does not let the last admin be removed or become staff (23514, tenant_keeps_one_admin). Definer, to count every '
  'admin.';
