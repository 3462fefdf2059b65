create table public.scheduler_settings (
  tenant_id uuid primary key references public.tenants (id) on delete cascade,
  is_enabled boolean not null default true,
  enabled_at timestamptz,
  updated_at timestamptz not null default now()
);

comment on table public.scheduler_settings is 'The global switch of a tenant''s schedules; no row means on.';
comment on column public.scheduler_settings.tenant_id is 'The tenant.';
comment on column public.scheduler_settings.is_enabled is 'Off: schedules start no runs; runs in progress continue.';
comment on column public.scheduler_settings.enabled_at is 'When it was last enabled again; null if it was never disabled.';
comment on column public.scheduler_settings.updated_at is 'When it was last changed.';

create trigger note_enabled_at before update of is_enabled on public.scheduler_settings
  for each row execute function private.note_enabled_at();
create trigger touch_scheduler_settings before update on public.scheduler_settings
  for each row execute function private.touch_updated_at();
create trigger audit_scheduler_settings after insert or update of is_enabled on public.scheduler_settings
  for each row execute function private.write_audit_row();
