create function public.create_first_tenant(p_name text, p_user_id uuid, p_email text)
returns uuid
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_tenant_id uuid;
begin
  -- Otherwise two concurrent first starts would both find no tenant.
  perform pg_advisory_xact_lock(hashtext('create_first_tenant'));
  select id into v_tenant_id from public.tenants order by created_at, id limit 1;
  if v_tenant_id is null then
    insert into public.tenants (name) values (p_name) returning id into v_tenant_id;
    insert into public.members (tenant_id, user_id, role, email)
      values (v_tenant_id, p_user_id, 'admin', lower(p_email));
  end if;
  return v_tenant_id;
end;
$$;
comment on function public.create_first_tenant(text, uuid, text) is
  'Creates the first tenant with its admin. If there already is a tenant, it changes nothing and returns the oldest one.';

grant execute on function public.create_first_tenant(text, uuid, text) to service_role;
