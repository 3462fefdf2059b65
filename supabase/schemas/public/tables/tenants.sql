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
