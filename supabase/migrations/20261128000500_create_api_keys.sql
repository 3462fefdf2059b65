-- Keys with which scripts report and programs read.

-- schemas/private/triggers/keep_revoked_keys_revoked.sql
-- The Data API returns the message but not the constraint's name, so the message names the rule as PostgreSQL does.
create function private.keep_revoked_keys_revoked()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
    raise exception 'change of api_keys violates constraint "api_key_stays_revoked"'
      using errcode = '23514', constraint = 'api_key_stays_revoked';
  end if;
  return new;
end;
$$;
comment on function private.keep_revoked_keys_revoked() is
  'Trigger: a revoked key stays revoked (23514, api_key_stays_revoked).';

-- schemas/public/tables/api_keys.sql
-- Keys for machines: stored as hashes, limited by scopes, shown once, and rotated with an overlap.
create table public.api_keys (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  name text not null,
  prefix text not null,
  key_hash text not null,
  scopes text[] not null,
  replaces_id uuid references public.api_keys (id) on delete set null,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  constraint api_key_name_is_1_to_200_characters check (length(name) between 1 and 200),
  constraint api_key_prefix_is_8_to_16_characters check (length(prefix) between 8 and 16),
  constraint api_key_hash_is_a_sha256_in_hex check (key_hash ~ '^[0-9a-f]{64}$'),
  constraint api_key_scopes_are_known check (
    scopes <@ array['report', 'read', 'admin'] and cardinality(scopes) between 1 and 3
  )
);
create unique index api_keys_by_hash on public.api_keys (key_hash);
create index api_keys_of_tenant_newest_first on public.api_keys (tenant_id, created_at desc);
create index api_keys_by_replaced_key on public.api_keys (replaces_id);
create index api_keys_by_creator on public.api_keys (created_by);

comment on table public.api_keys is 'API keys that let scripts report and programs read.';
comment on column public.api_keys.id is 'Key id; safe to show and log.';
comment on column public.api_keys.tenant_id is 'The tenant that the key belongs to.';
comment on column public.api_keys.name is 'What the key is for.';
comment on column public.api_keys.prefix is 'The first characters, by which people recognize the key.';
comment on column public.api_keys.key_hash is 'SHA-256 (hex) of the whole key; enough, because a key has 256 random bits.';
comment on column public.api_keys.scopes is 'report, read, admin.';
comment on column public.api_keys.replaces_id is 'The key that this one replaces.';
comment on column public.api_keys.created_by is 'The admin who created it.';
comment on column public.api_keys.created_at is 'When it was created.';
comment on column public.api_keys.expires_at is 'From when it is rejected; set on the old key during a rotation.';
comment on column public.api_keys.revoked_at is 'When an admin revoked it.';
comment on column public.api_keys.last_used_at is 'Last use, to the minute.';

create trigger audit_api_keys after insert or update of name, scopes, expires_at, revoked_at or delete on public.api_keys
  for each row execute function private.write_audit_row();
create trigger keep_revoked_keys_revoked before update of revoked_at on public.api_keys
  for each row execute function private.keep_revoked_keys_revoked();

-- schemas/public/policies/api_keys.sql
grant
  select (id, tenant_id, name, prefix, scopes, replaces_id, created_by, created_at, expires_at, revoked_at, last_used_at),
  insert (tenant_id, name, prefix, key_hash, scopes, replaces_id, created_by, expires_at),
  update (name, expires_at, revoked_at)
  on public.api_keys to authenticated;
grant select, insert, update, delete on public.api_keys to service_role;

alter table public.api_keys enable row level security;

create policy "Admins can see the API keys of their tenant" on public.api_keys
  for select to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can make API keys in their own name" on public.api_keys
  for insert to authenticated
  with check (tenant_id in (select private.my_admin_tenant_ids()) and created_by = (select auth.uid()));
create policy "Admins can change API keys of their tenant" on public.api_keys
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));

-- schemas/public/functions/authenticate_api_key.sql
create function public.authenticate_api_key(p_key_hash text)
returns table (api_key_id uuid, tenant_id uuid, scopes text[])
language sql
stable
security invoker
set search_path = ''
as $$
  select k.id, k.tenant_id, k.scopes
  from public.api_keys k
  where k.key_hash = p_key_hash
    and k.revoked_at is null
    and (k.expires_at is null or k.expires_at > now());
$$;
comment on function public.authenticate_api_key(text) is
  'Returns the key with this hash if it can be used now; otherwise no row.';

grant execute on function public.authenticate_api_key(text) to service_role;
