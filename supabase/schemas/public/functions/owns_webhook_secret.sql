create function public.owns_webhook_secret(p_tenant_id uuid)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select private.owns_webhook_secret(p_tenant_id);
$$;
comment on function public.owns_webhook_secret(uuid) is 'Data API entry to private.owns_webhook_secret.';

grant execute on function public.owns_webhook_secret(uuid) to authenticated;
