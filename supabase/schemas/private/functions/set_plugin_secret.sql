create function private.set_plugin_secret(p_plugin_id uuid, p_signing_secret text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_plugin public.plugins;
begin
  select * into v_plugin from public.plugins where id = p_plugin_id;
  if v_plugin.id is null
    or ((select auth.uid()) is not null and v_plugin.tenant_id not in (select private.my_admin_tenant_ids()))
  then
    raise exception 'No such plugin' using errcode = 'P0002';
  end if;
  insert into private.plugin_secrets as s (plugin_id, signing_secret)
    values (p_plugin_id, p_signing_secret)
    on conflict (plugin_id) do update set signing_secret = excluded.signing_secret, created_at = now();
  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name)
    select v_plugin.tenant_id, a.kind, a.id, a.name, 'plugins.rotate_secret', 'plugins', p_plugin_id::text, v_plugin.name
    from private.current_actor(v_plugin.tenant_id) a;
end;
$$;
comment on function private.set_plugin_secret(uuid, text) is
  'Sets or rotates the signing secret of a plugin; only for admins of the tenant. Definer, because the table is private.';

grant execute on function private.set_plugin_secret(uuid, text) to authenticated, service_role;
