create function private.current_actor(p_tenant_id uuid)
returns table (kind text, id uuid, name text)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_headers text := nullif(current_setting('request.headers', true), '');
  v_key_id text;
begin
  if v_user_id is not null then
    return query
      select 'member', v_user_id, coalesce(
        (select coalesce(nullif(m.display_name, ''), m.email)
          from public.members m
          where m.user_id = v_user_id
          order by m.tenant_id = p_tenant_id desc
          limit 1),
        '');
    return;
  end if;

  -- Without a user, only the service role can write, so this header has an effect only if the portal itself sends it.
  if v_headers is not null then
    v_key_id := v_headers::jsonb ->> 'x-tc-portal-api-key-id';
  end if;
  return query
    select 'api_key', k.id, k.name from public.api_keys k where k.id::text = v_key_id and k.tenant_id = p_tenant_id;
  if not found then
    return query select 'system', null::uuid, '';
  end if;
end;
$$;
comment on function private.current_actor(uuid) is
  'Returns who makes this request, as audit_log stores it: the signed-in user, the API key that the portal acts for, or the '
  'portal itself. Definer, because members cannot read keys.';

grant execute on function private.current_actor(uuid) to authenticated, service_role;
