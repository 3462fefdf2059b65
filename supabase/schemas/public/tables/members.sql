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
