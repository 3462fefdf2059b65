create table public.scheduler_settings (
  tenant_id uuid primary key references public.tenants (id) on delete cascade,
  is_enabled boolean not null default true,
  updated_at timestamptz not null default now()
);

comment on table public.scheduler_settings is 'The global switch of a tenant''s schedules; no row means on.';
comment on column public.scheduler_settings.tenant_id is 'The tenant.';
comment on column public.scheduler_settings.is_enabled is 'Off: schedules start no runs; runs in progress continue.';
comment on column public.scheduler_settings.updated_at is 'When it was last changed.';

create trigger touch_scheduler_settings before update on public.scheduler_settings
  for each row execute function private.touch_updated_at();
create trigger audit_scheduler_settings after insert or update of is_enabled on public.scheduler_settings
  for each row execute function private.write_audit_row();
create trigger note_off_since_creation after insert on public.scheduler_settings
  for each row when (not new.is_enabled)
  execute function private.note_off_period();
create trigger note_off_period after update of is_enabled on public.scheduler_settings
  for each row when (old.is_enabled <> new.is_enabled)
  execute function private.note_off_period();
