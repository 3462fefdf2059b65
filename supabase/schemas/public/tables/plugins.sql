create table public.plugins (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  plugin_key text not null,
  name text not null,
  kind text not null,
  base_url text,
  manifest jsonb not null,
  manifest_text text,
  is_enabled boolean not null default true,
  concurrency_limit integer,
  health text not null default 'unknown',
  health_message text,
  health_message_code text,
  health_message_values jsonb,
  health_checked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint plugin_key_is_lower_case_words check (plugin_key ~ '^[a-z][a-z0-9_-]{0,63}$'),
  constraint plugin_name_is_1_to_200_characters check (length(name) between 1 and 200),
  constraint plugin_kind_is_built_in_or_remote check (kind in ('built_in', 'remote')),
  constraint remote_plugin_has_a_base_url check ((kind = 'remote') = (base_url is not null)),
  constraint plugin_base_url_is_http check (base_url ~ '^https?://' and length(base_url) <= 2000),
  constraint plugin_concurrency_is_1_to_1000 check (concurrency_limit between 1 and 1000),
  constraint plugin_health_is_known check (health in ('unknown', 'healthy', 'unhealthy')),
  constraint plugin_key_is_unique_in_its_tenant unique (tenant_id, plugin_key),
  constraint plugin_can_be_referenced_with_its_tenant unique (tenant_id, id),
  constraint plugin_manifest_text_is_its_manifest check (manifest_text::jsonb = manifest)
);

comment on table public.plugins is 'Plugins of a tenant, which declare the plugin jobs.';
comment on column public.plugins.id is 'Plugin id, as in /api/plugins/:id.';
comment on column public.plugins.tenant_id is 'The tenant.';
comment on column public.plugins.plugin_key is 'The manifest''s id.';
comment on column public.plugins.name is 'Name to show.';
comment on column public.plugins.kind is 'built_in: a folder of the portal; remote: an HTTP service.';
comment on column public.plugins.base_url is 'Base URL of a remote plugin.';
comment on column public.plugins.manifest is 'Its validated plugin.json.';
comment on column public.plugins.manifest_text is
  'The manifest with its keys in their original order, which is the order of the fields in a form; jsonb sorts keys.';
comment on column public.plugins.is_enabled is 'Whether its jobs can start.';
comment on column public.plugins.concurrency_limit is 'Most runs of the plugin at once, across all workers; null for no limit.';
comment on column public.plugins.health is 'unknown, healthy or unhealthy: the last check of a remote plugin.';
comment on column public.plugins.health_message is 'The message of that check.';
comment on column public.plugins.health_message_code is 'Code of our own sentence; null for any other message.';
comment on column public.plugins.health_message_values is 'Values of the sentence, by name.';
comment on column public.plugins.health_checked_at is 'When it was checked.';
comment on column public.plugins.created_at is 'When it was added.';
comment on column public.plugins.updated_at is 'When the row last changed.';

create trigger touch_plugins before update on public.plugins
  for each row execute function private.touch_updated_at();
create trigger audit_plugins
  after insert or delete or update of name, base_url, manifest, is_enabled, concurrency_limit on public.plugins
  for each row execute function private.write_audit_row();
create trigger note_off_since_creation after insert on public.plugins
  for each row when (not new.is_enabled)
  execute function private.note_off_period();
create trigger note_off_period after update of is_enabled on public.plugins
  for each row when (old.is_enabled <> new.is_enabled)
  execute function private.note_off_period();
create trigger fit_queue_to_limit after update of concurrency_limit on public.plugins
  for each row when (old.concurrency_limit is distinct from new.concurrency_limit)
  execute function private.fit_queue_to_limit();
