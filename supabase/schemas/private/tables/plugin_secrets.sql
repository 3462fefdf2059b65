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
