-- A tenant is one company's data; a member is a person in it, either admin or staff.
-- The membership functions are what every other policy is written with.

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
comment on column public.tenants.id is 'Tenant id, carried by every row of the tenant.';
comment on column public.tenants.name is 'Company name as members see it.';
comment on column public.tenants.time_zone is 'IANA zone in which days are counted (charts, daily totals).';
comment on column public.tenants.created_at is 'When the tenant was made; the oldest tenant owns the environment''s webhook secret.';
comment on column public.tenants.updated_at is 'When the row last changed.';

create trigger touch_tenants before update on public.tenants
  for each row execute function private.touch_updated_at();

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
comment on column public.members.email is 'Address the person signs in with, copied so that members can be listed without reading auth.users.';
comment on column public.members.display_name is 'Name to show; empty shows the address.';
comment on column public.members.created_at is 'When the person joined.';
comment on column public.members.updated_at is 'When the row last changed.';

create trigger touch_members before update on public.members
  for each row execute function private.touch_updated_at();

create function private.my_tenant_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select tenant_id from public.members where user_id = (select auth.uid());
$$;
comment on function private.my_tenant_ids() is
  'Tenants of the signed-in person. Definer, because policies on members would otherwise call themselves.';

create function private.my_admin_tenant_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select tenant_id from public.members where user_id = (select auth.uid()) and role = 'admin';
$$;
comment on function private.my_admin_tenant_ids() is
  'Tenants in which the signed-in person is an admin. Definer for the same reason as my_tenant_ids.';

grant execute on function private.my_tenant_ids(), private.my_admin_tenant_ids() to authenticated;

create function private.keep_one_admin()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Locking the tenant makes two admins who remove each other wait for one another; a deleted tenant has nothing to keep.
  perform 1 from public.tenants where id = old.tenant_id for update;
  if found and old.role = 'admin' and not exists (
    select 1 from public.members where tenant_id = old.tenant_id and role = 'admin'
  ) then
    raise exception 'A tenant keeps at least one admin' using errcode = '23514', constraint = 'tenant_keeps_one_admin';
  end if;
  return null;
end;
$$;
comment on function private.keep_one_admin() is
  'Trigger: refuses to remove or demote the last admin (23514, tenant_keeps_one_admin). Definer, to count every admin.';

create trigger keep_one_admin after update of role or delete on public.members
  for each row execute function private.keep_one_admin();

grant select on public.tenants, public.members to authenticated;
grant update (name, time_zone) on public.tenants to authenticated;
grant update (role, display_name), delete on public.members to authenticated;
grant select, insert, update, delete on public.tenants, public.members to service_role;

alter table public.tenants enable row level security;
alter table public.members enable row level security;

create policy "Members can see their tenants" on public.tenants
  for select to authenticated using (id in (select private.my_tenant_ids()));
create policy "Admins can change their tenant" on public.tenants
  for update to authenticated
  using (id in (select private.my_admin_tenant_ids()))
  with check (id in (select private.my_admin_tenant_ids()));

create policy "Members can see the members of their tenants" on public.members
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can change the members of their tenant" on public.members
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can remove members of their tenant" on public.members
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
