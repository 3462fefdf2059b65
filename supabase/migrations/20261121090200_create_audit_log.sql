-- Who did what, before and after. Rows are written by triggers and functions in the transaction of the change itself,
-- so a change without its row cannot be committed.

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
comment on table public.audit_log is 'Append-only record of what people, keys and the portal itself changed.';
comment on column public.audit_log.id is 'Ascending with time.';
comment on column public.audit_log.tenant_id is 'The tenant.';
comment on column public.audit_log.actor_kind is 'member, api_key, webhook_secret or system.';
comment on column public.audit_log.actor_id is 'The person or key, when there is one.';
comment on column public.audit_log.actor_name is 'Its name at that time; it may be gone by now.';
comment on column public.audit_log.action is 'Subject and verb, as in api_keys.update.';
comment on column public.audit_log.subject_kind is 'Table of the changed row.';
comment on column public.audit_log.subject_id is 'Id of the changed row.';
comment on column public.audit_log.subject_name is 'What a person calls the changed row.';
comment on column public.audit_log.before is 'The changed columns before; null when the row was made.';
comment on column public.audit_log.after is 'The changed columns after; null when the row was removed.';
comment on column public.audit_log.created_at is 'When it was committed (start of the transaction).';

create function private.refuse_change_of_audit_log()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Rows leave only together with their tenant, by the foreign key's cascade.
  if tg_op = 'DELETE' and not exists (select 1 from public.tenants where id = old.tenant_id) then
    return old;
  end if;
  raise exception 'audit_log is append-only' using errcode = '42501';
end;
$$;
comment on function private.refuse_change_of_audit_log() is 'Trigger: nobody, the service role included, rewrites the audit log.';

create trigger refuse_change_of_audit_log before update or delete on public.audit_log
  for each row execute function private.refuse_change_of_audit_log();

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
  v_hidden text[] := array['key_hash', 'token_hash', 'created_at', 'updated_at'];
  v_actor_id uuid := (select auth.uid());
  v_actor_name text;
begin
  -- A function that writes its own rows, with better names for the actor, says so for its transaction.
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

  select coalesce(nullif(m.display_name, ''), m.email)
    into v_actor_name
    from public.members m
    where m.user_id = v_actor_id
    order by m.tenant_id = v_tenant_id desc
    limit 1;

  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, before, after)
  values (
    v_tenant_id,
    case when v_actor_id is null then 'system' else 'member' end,
    v_actor_id,
    coalesce(v_actor_name, ''),
    tg_table_name || '.' || lower(tg_op),
    tg_table_name,
    coalesce(v_row ->> 'id', v_row ->> 'user_id', ''),
    coalesce(v_row ->> 'title', v_row ->> 'name', v_row ->> 'email', ''),
    v_old - v_hidden,
    v_new - v_hidden
  );
  return null;
end;
$$;
comment on function private.write_audit_row() is
  'Trigger: writes who changed what, without secrets. Definer, because nobody may insert into audit_log directly.';

create trigger audit_tenants after update of name, time_zone on public.tenants
  for each row execute function private.write_audit_row();
create trigger audit_members after insert or update of role, display_name or delete on public.members
  for each row execute function private.write_audit_row();

grant select on public.audit_log to authenticated;
grant select, insert on public.audit_log to service_role;

alter table public.audit_log enable row level security;

create policy "Admins can read the audit log of their tenant" on public.audit_log
  for select to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
