create function public.authenticate_api_key(p_key_hash text)
returns table (api_key_id uuid, tenant_id uuid, scopes text[])
language sql
stable
security invoker
set search_path = ''
as $$
  select k.id, k.tenant_id, k.scopes
  from public.api_keys k
  where k.key_hash = p_key_hash
    and k.revoked_at is null
    and (k.expires_at is null or k.expires_at > now());
$$;
comment on function public.authenticate_api_key(text) is
  'Returns the key with this hash if it can be used now; otherwise no row.';

grant execute on function public.authenticate_api_key(text) to service_role;
