-- Who did what, before and after: people, keys and the portal itself.

-- schemas/private/triggers/refuse_change_of_audit_log.sql
create function private.refuse_change_of_audit_log()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Rows are deleted only together with their tenant, by the foreign key's cascade.
  if tg_op = 'DELETE' and not exists (select 1 from public.tenants where id = old.tenant_id) then
    return old;
  end if;
  raise exception 'audit_log is append-only' using errcode = '42501';
end;
$$;
comment on function private.refuse_change_of_audit_log() is
  'Trigger: no role can change the audit log, not even the service role.';

-- schemas/public/tables/audit_log.sql
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

-- schemas/public/policies/audit_log.sql
grant select on public.audit_log to authenticated;
grant select, insert on public.audit_log to service_role;

alter table public.audit_log enable row level security;

create policy "Admins can read the audit log of their tenant" on public.audit_log
  for select to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));

-- schemas/private/functions/current_actor.sql
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

  -- Without a user, only the service role can write, so this header has an effect only if the portal itself sends it.
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
  'Returns who makes this request, as audit_log stores it: the signed-in user, the API key that the portal acts for, or the '
  'portal itself. Definer, because members cannot read keys.';

grant execute on function private.current_actor(uuid) to authenticated, service_role;
