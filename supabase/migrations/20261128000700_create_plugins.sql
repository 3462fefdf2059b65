-- A plugin declares jobs that the portal runs: built in (a folder of ours) or remote (an HTTP service).

-- schemas/public/tables/plugins.sql
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

-- schemas/public/policies/plugins.sql
grant select, delete,
  insert (tenant_id, plugin_key, name, kind, base_url, manifest, manifest_text, is_enabled, concurrency_limit),
  update (name, base_url, manifest, manifest_text, is_enabled, concurrency_limit)
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
create policy "Admins can delete plugins of their tenant" on public.plugins
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));

-- schemas/private/tables/plugin_secrets.sql
create table private.plugin_secrets (
  plugin_id uuid primary key references public.plugins (id) on delete cascade,
  signing_secret text not null,
  created_at timestamptz not null default now(),
  constraint signing_secret_is_at_least_32_characters check (length(signing_secret) >= 32)
);

comment on table private.plugin_secrets is 'Secrets that sign calls to remote plugins; workers need them unencrypted.';
comment on column private.plugin_secrets.plugin_id is 'The plugin.';
comment on column private.plugin_secrets.signing_secret is 'HMAC key.';
comment on column private.plugin_secrets.created_at is 'When it was created or last rotated.';

-- schemas/private/policies/plugin_secrets.sql
grant select, insert, update, delete on private.plugin_secrets to service_role;

-- schemas/private/functions/set_plugin_secret.sql
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

-- schemas/public/functions/set_plugin_secret.sql
create function public.set_plugin_secret(p_plugin_id uuid, p_signing_secret text)
returns void
language sql
security invoker
set search_path = ''
as $$ select private.set_plugin_secret(p_plugin_id, p_signing_secret); $$;
comment on function public.set_plugin_secret(uuid, text) is 'Data API entry to private.set_plugin_secret.';

grant execute on function public.set_plugin_secret(uuid, text) to authenticated, service_role;

-- schemas/public/functions/declare_plugin.sql
-- A manifest becomes rows once; after that, the rows belong to the admins.
create function public.declare_plugin(p_tenant_id uuid, p_plugin jsonb, p_jobs jsonb)
returns uuid
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_id uuid;
  v_manifest jsonb;
  v_text text := p_plugin ->> 'manifest_text';
  v_old_text text;
  v_known text[];
begin
  select id, manifest, manifest_text into v_id, v_manifest, v_old_text
    from public.plugins
    where tenant_id = p_tenant_id and plugin_key = p_plugin ->> 'plugin_key'
    for no key update;
  if v_id is null then
    insert into public.plugins (tenant_id, plugin_key, name, kind, base_url, manifest, manifest_text)
      values (
        p_tenant_id, p_plugin ->> 'plugin_key', p_plugin ->> 'name', p_plugin ->> 'kind', p_plugin ->> 'base_url',
        p_plugin -> 'manifest', v_text
      )
      on conflict (tenant_id, plugin_key) do nothing
      returning id into v_id;
    -- Another process is declaring the plugin.
    if v_id is null then
      return (select id from public.plugins where tenant_id = p_tenant_id and plugin_key = p_plugin ->> 'plugin_key');
    end if;
  elsif v_manifest is distinct from p_plugin -> 'manifest' then
    update public.plugins set name = p_plugin ->> 'name', manifest = p_plugin -> 'manifest', manifest_text = v_text
      where id = v_id;
  else
    -- The same manifest, except for the order of its keys.
    update public.plugins set manifest_text = v_text where id = v_id and v_text <> coalesce(v_old_text, '');
    return v_id;
  end if;

  -- Jobs of an earlier manifest do not change: an admin may have changed or deleted them.
  select coalesce(array_agg(j ->> 'name'), '{}') into v_known
    from jsonb_array_elements(coalesce(v_manifest -> 'jobs', '[]')) j;
  with declared as (
    select * from jsonb_to_recordset(p_jobs) as d (
      name text, job_key text, title text, titles jsonb, timeout_seconds integer, max_attempts integer, backoff_seconds integer,
      max_backoff_seconds integer, concurrency_limit integer, schedule jsonb
    )
    where d.name <> all (v_known)
  ),
  made as (
    insert into public.jobs
      (tenant_id, job_key, title, titles, kind, plugin_id, plugin_job_name, timeout_seconds, max_attempts, backoff_seconds,
        max_backoff_seconds, concurrency_limit)
    select p_tenant_id, d.job_key, d.title, d.titles, 'plugin', v_id, d.name, d.timeout_seconds, d.max_attempts, d.backoff_seconds,
      d.max_backoff_seconds, d.concurrency_limit
    from declared d
    on conflict (tenant_id, job_key) do nothing
    returning id, plugin_job_name
  )
  insert into public.schedules
    (tenant_id, job_id, schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at, misfire_policy,
      misfire_limit, overlap_policy, spread_seconds, next_nominal_at, next_due_at)
  select
    p_tenant_id, m.id, s.schedule_type, s.cron_expression, coalesce(s.time_zone, 'UTC'), s.interval_seconds, s.anchor_at,
    s.run_at, s.misfire_policy, s.misfire_limit, s.overlap_policy, s.spread_seconds, s.next_nominal_at, s.next_nominal_at
  from made m
  join declared d on d.name = m.plugin_job_name
  cross join lateral jsonb_to_record(d.schedule) as s (
    schedule_type text, cron_expression text, time_zone text, interval_seconds integer, anchor_at timestamptz,
    run_at timestamptz, misfire_policy text, misfire_limit integer, overlap_policy text, spread_seconds integer, next_nominal_at timestamptz
  )
  where d.schedule is not null;
  return v_id;
end;
$$;
comment on function public.declare_plugin(uuid, jsonb, jsonb) is
  'Creates or updates a plugin from its manifest and adds the jobs and schedules that are new in it; existing ones keep the '
  'changes of admins. Returns the plugin id.';

grant execute on function public.declare_plugin(uuid, jsonb, jsonb) to authenticated, service_role;

-- schemas/public/functions/note_plugin_health.sql
create function public.note_plugin_health(
  p_plugin_id uuid, p_health text, p_message text, p_code text default null, p_values jsonb default null
)
returns void
language sql
security invoker
set search_path = ''
as $$
  update public.plugins
    set
      health = p_health, health_message = left(p_message, 500), health_message_code = p_code, health_message_values = p_values,
      health_checked_at = now()
    where id = p_plugin_id;
$$;
comment on function public.note_plugin_health(uuid, text, text, text, jsonb) is
  'Records the result of the last check of a remote plugin.';

grant execute on function public.note_plugin_health(uuid, text, text, text, jsonb) to service_role;
