-- The Data API passes on a message but not the constraint's name, so triggers name their rule in the message as PostgreSQL does.

create or replace function private.keep_one_admin()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Locking the tenant makes two admins who remove each other wait for one another; a deleted tenant has nothing to keep.
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

create or replace function private.keep_revoked_keys_revoked()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
    raise exception 'change of api_keys violates constraint "api_key_stays_revoked"'
      using errcode = '23514', constraint = 'api_key_stays_revoked';
  end if;
  return new;
end;
$$;
