-- The environment's webhook secret reports for the oldest tenant. Only admins of that tenant can see it, so this finds out
-- who they are.
create function private.owns_webhook_secret(p_tenant_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select p_tenant_id in (select private.my_tenant_ids())
    and p_tenant_id = (select t.id from public.tenants t order by t.created_at, t.id limit 1);
$$;
comment on function private.owns_webhook_secret(uuid) is
  'Whether this is the oldest tenant and the signed-in user is a member. Definer, because it compares with other tenants.';

grant execute on function private.owns_webhook_secret(uuid) to authenticated;
