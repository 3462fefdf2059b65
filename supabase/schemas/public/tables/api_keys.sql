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
