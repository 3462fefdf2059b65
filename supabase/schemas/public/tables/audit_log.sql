-- Triggers and functions write the rows in the transaction of the change, so no change can be committed without its row.
create table public.audit_log (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  actor_kind text not null,
  actor_id uuid,
  actor_name text not null default '',
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  subject_name text not null default '',
  before jsonb,
  after jsonb,
  created_at timestamptz not null default now(),
  constraint audit_actor_kind_is_known check (actor_kind in ('member', 'api_key', 'webhook_secret', 'system'))
);
create index audit_log_of_tenant_newest_first on public.audit_log (tenant_id, id desc);

comment on table public.audit_log is 'Append-only record of changes by people, keys and the portal itself.';
comment on column public.audit_log.id is 'Increases with time.';
comment on column public.audit_log.tenant_id is 'The tenant.';
comment on column public.audit_log.actor_kind is 'member, api_key, webhook_secret or system.';
comment on column public.audit_log.actor_id is 'The person or key, if any.';
comment on column public.audit_log.actor_name is 'The actor''s name at that time; the actor may no longer exist.';
comment on column public.audit_log.action is 'Subject and verb, as in api_keys.update.';
comment on column public.audit_log.subject_kind is 'Table of the changed row.';
comment on column public.audit_log.subject_id is 'Id of the changed row.';
comment on column public.audit_log.subject_name is 'The name of the changed row that people know.';
comment on column public.audit_log.before is 'The changed columns before; null if the row was created.';
comment on column public.audit_log.after is 'The changed columns after; null if the row was deleted.';
comment on column public.audit_log.created_at is 'When it was committed (start of the transaction).';

create trigger refuse_change_of_audit_log before update or delete on public.audit_log
  for each row execute function private.refuse_change_of_audit_log();
