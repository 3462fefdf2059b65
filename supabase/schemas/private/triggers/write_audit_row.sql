create function private.write_audit_row()
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
  v_hidden text[] := array['key_hash', 'token_hash', 'created_at', 'updated_at', 'manifest_text', 'titles'];
begin
  -- A function that writes its own rows, because it knows the actor's name better, turns this trigger off for its
  -- transaction.
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
comment on function private.write_audit_row() is
  'Trigger: records who changed what, without secrets. Definer, because no role can insert into audit_log directly.';
