-- The Data API returns the message but not the constraint's name, so the message names the rule as PostgreSQL does.
create function private.keep_revoked_keys_revoked()
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
comment on function private.keep_revoked_keys_revoked() is
  'Trigger: a revoked key stays revoked (23514, api_key_stays_revoked).';
