-- Rule 38: whoever changes something is named in its audit row, an API key as well as a person.

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

  -- Without a person only the service role can write, so only the portal itself can send this header to any effect.
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
  'Who makes this request, in the words of audit_log: the signed-in person, the API key that the portal acts for, or the '
  'portal itself. Definer, because members cannot read keys.';
grant execute on function private.current_actor(uuid) to authenticated, service_role;

create or replace function private.write_audit_row()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_row jsonb := coalesce(v_new, v_old);
  v_tenant_id uuid := coalesce(v_row ->> 'tenant_id', v_row ->> 'id')::uuid;
  v_hidden text[] := array['key_hash', 'token_hash', 'created_at', 'updated_at'];
begin
  -- A function that writes its own rows, with better names for the actor, says so for its transaction.
  if current_setting('portal.audits_itself', true) = 'yes' then
    return null;
  end if;
  if not exists (select 1 from public.tenants where id = v_tenant_id) then
    return null;
  end if;

  if tg_op = 'UPDATE' then
    select coalesce(jsonb_object_agg(changed.key, changed.value), '{}'::jsonb)
      into v_new
      from jsonb_each(v_new) changed
      where changed.value is distinct from v_old -> changed.key and changed.key <> all (v_hidden);
    if v_new = '{}'::jsonb then
      return null;
    end if;
    select jsonb_object_agg(kept.key, kept.value) into v_old from jsonb_each(v_old) kept where v_new ? kept.key;
  end if;

  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, before, after)
  select
    v_tenant_id,
    a.kind,
    a.id,
    a.name,
    tg_table_name || '.' || lower(tg_op),
    tg_table_name,
    coalesce(v_row ->> 'id', v_row ->> 'user_id', ''),
    coalesce(v_row ->> 'title', v_row ->> 'name', v_row ->> 'email', ''),
    v_old - v_hidden,
    v_new - v_hidden
  from private.current_actor(v_tenant_id) a;
  return null;
end;
$$;
