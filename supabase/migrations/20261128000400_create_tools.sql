-- The company's tool list; a job may belong to a tool.

-- schemas/public/tables/tools.sql
create table public.tools (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  name text not null,
  description text not null default '',
  url text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint tool_name_is_1_to_200_characters check (length(name) between 1 and 200),
  constraint tool_description_is_at_most_2000_characters check (length(description) <= 2000),
  constraint tool_url_is_http check (url ~ '^https?://' and length(url) <= 2000),
  constraint tool_name_is_unique_in_its_tenant unique (tenant_id, name),
  constraint tool_can_be_referenced_with_its_tenant unique (tenant_id, id)
);

comment on table public.tools is 'Entries of the company''s tool list.';
comment on column public.tools.id is 'Tool id; reports refer to it as tool_id.';
comment on column public.tools.tenant_id is 'The tenant.';
comment on column public.tools.name is 'Name to show.';
comment on column public.tools.description is 'What the tool is for.';
comment on column public.tools.url is 'The tool''s URL, if it has one.';
comment on column public.tools.created_at is 'When it was added.';
comment on column public.tools.updated_at is 'When the row last changed.';

create trigger touch_tools before update on public.tools
  for each row execute function private.touch_updated_at();
create trigger audit_tools after insert or update of name, description, url or delete on public.tools
  for each row execute function private.write_audit_row();

-- schemas/public/policies/tools.sql
grant select, delete,
  insert (tenant_id, name, description, url),
  update (name, description, url)
  on public.tools to authenticated;
grant select, insert, update, delete on public.tools to service_role;

alter table public.tools enable row level security;

create policy "Members can see the tools of their tenant" on public.tools
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can add tools to their tenant" on public.tools
  for insert to authenticated with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can change tools of their tenant" on public.tools
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can delete tools of their tenant" on public.tools
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
