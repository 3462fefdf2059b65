-- A tenant is one company's data; a member is a person in it, either admin or staff. The membership functions are what every
-- other policy is written with.

-- schemas/private/triggers/touch_updated_at.sql
create function private.touch_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end;
$$;
comment on function private.touch_updated_at() is 'Trigger: sets updated_at on every change.';

-- schemas/private/triggers/write_audit_row.sql
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
  v_hidden text[] := array['key_hash', 'token_hash', 'created_at', 'updated_at', 'manifest_text', 'titles'];
begin
  -- A function that writes its own rows, because it knows the actor's name better, turns this trigger off for its
  -- transaction.
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

  insert into public.audit_log
    (tenant_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, before, after)
  select
    v_tenant_id,
    a.kind,
    a.id,
    a.name,
    tg_table_name || '.' || lower(tg_op),
    tg_table_name,
    coalesce(v_row ->> 'id', v_row ->> 'user_id', ''),
    coalesce(v_row ->> 'title', v_row ->> 'name', v_row ->> 'email', ''),
    v_old - v_hidden,
    v_new - v_hidden
  from private.current_actor(v_tenant_id) a;
  return null;
end;
$$;
comment on function private.write_audit_row() is
  'Trigger: records who changed what, without secrets. Definer, because no role can insert into audit_log directly.';

-- schemas/private/triggers/keep_one_admin.sql
-- The Data API returns the message but not the constraint's name, so the message names the rule as PostgreSQL does.
create function private.keep_one_admin()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- The lock on the tenant makes two admins who remove each other wait for one another; a deleted tenant needs no admin.
  perform 1 from public.tenants where id = old.tenant_id for update;
  if found and old.role = 'admin' and not exists (
    select 1 from public.members where tenant_id = old.tenant_id and role = 'admin'
  ) then
    raise exception 'change of members violates constraint "tenant_keeps_one_admin"'
      using errcode = '23514', constraint = 'tenant_keeps_one_admin';
  end if;
  return null;
end;
$$;
comment on function private.keep_one_admin() is
  'Trigger: does not let the last admin be removed or become staff (23514, tenant_keeps_one_admin). Definer, to count every '
  'admin.';

-- schemas/public/tables/tenants.sql
create table public.tenants (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  time_zone text not null default 'Asia/Tokyo',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint tenant_name_is_1_to_200_characters check (length(name) between 1 and 200),
  constraint tenant_time_zone_is_1_to_64_characters check (length(time_zone) between 1 and 64)
);

comment on table public.tenants is 'One company''s data; every row elsewhere belongs to one.';
comment on column public.tenants.id is 'Tenant id, in every row of the tenant.';
comment on column public.tenants.name is 'Company name shown to members.';
comment on column public.tenants.time_zone is 'IANA zone in which days are counted (charts, daily totals).';
comment on column public.tenants.created_at is
  'When the tenant was created; the environment''s webhook secret belongs to the oldest tenant.';
comment on column public.tenants.updated_at is 'When the row last changed.';

create trigger touch_tenants before update on public.tenants
  for each row execute function private.touch_updated_at();
create trigger audit_tenants after update of name, time_zone on public.tenants
  for each row execute function private.write_audit_row();

-- schemas/public/tables/members.sql
create table public.members (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null,
  email text not null,
  display_name text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id),
  constraint member_role_is_admin_or_staff check (role in ('admin', 'staff')),
  constraint member_email_is_3_to_320_characters check (length(email) between 3 and 320),
  constraint member_display_name_is_at_most_200_characters check (length(display_name) <= 200)
);
create index members_of_a_person on public.members (user_id);

comment on table public.members is 'A person in a tenant.';
comment on column public.members.tenant_id is 'The tenant.';
comment on column public.members.user_id is 'The signed-in person (auth.users).';
comment on column public.members.role is 'admin or staff.';
comment on column public.members.email is
  'The email address that the person signs in with, copied so that members can be listed without reading auth.users.';
comment on column public.members.display_name is 'Name to show; if empty, the email address is shown.';
comment on column public.members.created_at is 'When the person joined.';
comment on column public.members.updated_at is 'When the row last changed.';

create trigger touch_members before update on public.members
  for each row execute function private.touch_updated_at();
create trigger keep_one_admin after update of role or delete on public.members
  for each row execute function private.keep_one_admin();
create trigger audit_members after insert or update of role, display_name or delete on public.members
  for each row execute function private.write_audit_row();

-- schemas/private/functions/is_session_alive.sql
-- When a session ends (signed out elsewhere, password changed), its token must stop working at once; the token alone is valid
-- for another hour. plpgsql caches its plan, because policies call this for every table.
create function private.is_session_alive()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  named_session_id uuid := nullif(auth.jwt() ->> 'session_id', '')::uuid;
begin
  return named_session_id is null or exists (select 1 from auth.sessions s where s.id = named_session_id);
end;
$$;
comment on function private.is_session_alive() is
  'Whether the session of the token still exists; true for a token without a session. Definer, because other roles cannot read '
  'auth.sessions.';

grant execute on function private.is_session_alive() to authenticated;

-- schemas/private/functions/my_tenant_ids.sql
-- plpgsql caches its plan, because policies call this for every table.
create function private.my_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if private.is_session_alive() then
    return query select m.tenant_id from public.members m where m.user_id = (select auth.uid());
  end if;
end;
$$;
comment on function private.my_tenant_ids() is
  'Tenants of the signed-in user; none after their session has ended. Definer, because policies on members would otherwise '
  'call themselves.';

grant execute on function private.my_tenant_ids() to authenticated;

-- schemas/private/functions/my_admin_tenant_ids.sql
-- plpgsql caches its plan, because policies call this for every table.
create function private.my_admin_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if private.is_session_alive() then
    return query select m.tenant_id from public.members m where m.user_id = (select auth.uid()) and m.role = 'admin';
  end if;
end;
$$;
comment on function private.my_admin_tenant_ids() is
  'Tenants in which the signed-in user is an admin; none after their session has ended. Definer for the same reason as '
  'my_tenant_ids.';

grant execute on function private.my_admin_tenant_ids() to authenticated;

-- schemas/public/policies/tenants.sql
grant select, update (name, time_zone) on public.tenants to authenticated;
grant select, insert, update, delete on public.tenants to service_role;

alter table public.tenants enable row level security;

create policy "Members can see their tenants" on public.tenants
  for select to authenticated using (id in (select private.my_tenant_ids()));
create policy "Admins can change their tenant" on public.tenants
  for update to authenticated
  using (id in (select private.my_admin_tenant_ids()))
  with check (id in (select private.my_admin_tenant_ids()));

-- schemas/public/policies/members.sql
grant select, delete, update (role, display_name) on public.members to authenticated;
grant select, insert, update, delete on public.members to service_role;

alter table public.members enable row level security;

create policy "Members can see the members of their tenants" on public.members
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can change the members of their tenant" on public.members
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can remove members of their tenant" on public.members
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));

-- schemas/public/functions/create_first_tenant.sql
create function public.create_first_tenant(p_name text, p_user_id uuid, p_email text)
returns uuid
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_tenant_id uuid;
begin
  -- Otherwise two concurrent first starts would both find no tenant.
  perform pg_advisory_xact_lock(hashtext('create_first_tenant'));
  select id into v_tenant_id from public.tenants order by created_at, id limit 1;
  if v_tenant_id is null then
    insert into public.tenants (name) values (p_name) returning id into v_tenant_id;
    insert into public.members (tenant_id, user_id, role, email)
      values (v_tenant_id, p_user_id, 'admin', lower(p_email));
  end if;
  return v_tenant_id;
end;
$$;
comment on function public.create_first_tenant(text, uuid, text) is
  'Creates the first tenant with its admin. If there already is a tenant, it changes nothing and returns the oldest one.';

grant execute on function public.create_first_tenant(text, uuid, text) to service_role;

-- schemas/private/functions/rename_myself.sql
-- Everyone, including staff, can choose their display name. A policy cannot limit a change to one column of one's own row.
create function private.rename_myself(p_display_name text)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.members
  set display_name = p_display_name
  where user_id = (select auth.uid()) and display_name is distinct from p_display_name;
$$;
comment on function private.rename_myself(text) is
  'Changes the name of the signed-in user in each of their tenants. Definer, because only admins can change members.';

grant execute on function private.rename_myself(text) to authenticated;

-- schemas/public/functions/rename_myself.sql
create function public.rename_myself(p_display_name text)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.rename_myself(p_display_name);
$$;
comment on function public.rename_myself(text) is 'Data API entry to private.rename_myself.';

grant execute on function public.rename_myself(text) to authenticated;

-- schemas/private/functions/owns_webhook_secret.sql
-- The environment's webhook secret reports for the oldest tenant. Only admins of that tenant can see it, so this finds out
-- who they are.
create function private.owns_webhook_secret(p_tenant_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select p_tenant_id in (select private.my_tenant_ids())
    and p_tenant_id = (select t.id from public.tenants t order by t.created_at, t.id limit 1);
$$;
comment on function private.owns_webhook_secret(uuid) is
  'Whether this is the oldest tenant and the signed-in user is a member. Definer, because it compares with other tenants.';

grant execute on function private.owns_webhook_secret(uuid) to authenticated;

-- schemas/public/functions/owns_webhook_secret.sql
create function public.owns_webhook_secret(p_tenant_id uuid)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select private.owns_webhook_secret(p_tenant_id);
$$;
comment on function public.owns_webhook_secret(uuid) is 'Data API entry to private.owns_webhook_secret.';

grant execute on function public.owns_webhook_secret(uuid) to authenticated;
