-- A plugin declares jobs that the portal runs: built in (a folder of ours) or remote (an HTTP service).

create table public.plugins (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  plugin_key text not null,
  name text not null,
  kind text not null,
  base_url text,
  manifest jsonb not null,
  is_enabled boolean not null default true,
  concurrency_limit integer,
  health text not null default 'unknown',
  health_message text,
  health_checked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint plugin_key_is_lower_case_words check (plugin_key ~ '^[a-z][a-z0-9_-]{0,63}$'),
  constraint plugin_name_is_1_to_200_characters check (length(name) between 1 and 200),
  constraint plugin_kind_is_built_in_or_remote check (kind in ('built_in', 'remote')),
  constraint remote_plugin_has_a_base_url check ((kind = 'remote') = (base_url is not null)),
  constraint plugin_base_url_is_http check (base_url ~ '^https?://' and length(base_url) <= 2000),
  constraint plugin_concurrency_is_at_least_1 check (concurrency_limit >= 1),
  constraint plugin_health_is_known check (health in ('unknown', 'healthy', 'unhealthy')),
  constraint plugin_key_is_unique_in_its_tenant unique (tenant_id, plugin_key),
  constraint plugin_can_be_referenced_with_its_tenant unique (tenant_id, id)
);
comment on table public.plugins is 'Plugins of a tenant: where plugin jobs come from.';
comment on column public.plugins.id is 'Plugin id, as in /api/plugins/:id.';
comment on column public.plugins.tenant_id is 'The tenant.';
comment on column public.plugins.plugin_key is 'The manifest''s id.';
comment on column public.plugins.name is 'Name to show.';
comment on column public.plugins.kind is 'built_in: a folder of the portal; remote: an HTTP service.';
comment on column public.plugins.base_url is 'Address of a remote plugin.';
comment on column public.plugins.manifest is 'Its plugin.json, checked.';
comment on column public.plugins.is_enabled is 'Whether its jobs may start.';
comment on column public.plugins.concurrency_limit is 'Most runs of the plugin at once, across all workers; null for no limit.';
comment on column public.plugins.health is 'unknown, healthy or unhealthy: the last check of a remote plugin.';
comment on column public.plugins.health_message is 'What that check said.';
comment on column public.plugins.health_checked_at is 'When it was checked.';
comment on column public.plugins.created_at is 'When it was added.';
comment on column public.plugins.updated_at is 'When the row last changed.';

create trigger touch_plugins before update on public.plugins
  for each row execute function private.touch_updated_at();
create trigger audit_plugins
  after insert or delete or update of name, base_url, manifest, is_enabled, concurrency_limit on public.plugins
  for each row execute function private.write_audit_row();

create table private.plugin_secrets (
  plugin_id uuid primary key references public.plugins (id) on delete cascade,
  signing_secret text not null,
  created_at timestamptz not null default now(),
  constraint signing_secret_is_at_least_32_characters check (length(signing_secret) >= 32)
);
comment on table private.plugin_secrets is 'Secrets that calls to remote plugins are signed with; the worker needs them in the clear.';
comment on column private.plugin_secrets.plugin_id is 'The plugin.';
comment on column private.plugin_secrets.signing_secret is 'HMAC key.';
comment on column private.plugin_secrets.created_at is 'When it was made or last rotated.';

grant select, insert, update, delete on private.plugin_secrets to service_role;
grant select, delete, insert (tenant_id, plugin_key, name, kind, base_url, manifest, is_enabled, concurrency_limit),
  update (name, base_url, manifest, is_enabled, concurrency_limit)
  on public.plugins to authenticated;
grant select, insert, update, delete on public.plugins to service_role;

alter table public.plugins enable row level security;

create policy "Members can see the plugins of their tenant" on public.plugins
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can add plugins to their tenant" on public.plugins
  for insert to authenticated with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can change plugins of their tenant" on public.plugins
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can remove plugins of their tenant" on public.plugins
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));

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
  'Sets or rotates the signing secret of a plugin. Definer, because the table is private; admins of the tenant only.';

create function public.set_plugin_secret(p_plugin_id uuid, p_signing_secret text)
returns void
language sql
security invoker
set search_path = ''
as $$ select private.set_plugin_secret(p_plugin_id, p_signing_secret); $$;
comment on function public.set_plugin_secret(uuid, text) is 'Data API entry to private.set_plugin_secret.';

grant execute on function private.set_plugin_secret(uuid, text), public.set_plugin_secret(uuid, text)
  to authenticated, service_role;
