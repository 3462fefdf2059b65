-- How a person joins a tenant.

-- schemas/public/tables/invitations.sql
-- A person joins with a link that an admin created: it works once, within 7 days. Only the hash of its token is stored.
create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  email text not null,
  role text not null,
  token_hash text not null,
  invited_by uuid references auth.users (id) on delete set null,
  expires_at timestamptz not null default now() + interval '7 days',
  accepted_at timestamptz,
  accepted_by uuid references auth.users (id) on delete set null,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  constraint invitation_role_is_admin_or_staff check (role in ('admin', 'staff')),
  constraint invitation_email_is_lower_case_3_to_320_characters
    check (length(email) between 3 and 320 and email = lower(email)),
  constraint invitation_token_is_a_sha256_in_hex check (token_hash ~ '^[0-9a-f]{64}$'),
  constraint invitation_lasts_at_most_7_days check (expires_at <= created_at + interval '7 days')
);
create unique index invitations_by_token on public.invitations (token_hash);
create index invitations_of_tenant_newest_first on public.invitations (tenant_id, created_at desc);
create index invitations_by_inviter on public.invitations (invited_by);
create index invitations_by_accepter on public.invitations (accepted_by);

comment on table public.invitations is 'Links that let people join a tenant.';
comment on column public.invitations.id is 'Invitation id.';
comment on column public.invitations.tenant_id is 'The tenant that invites.';
comment on column public.invitations.email is 'The only email address that can accept it, in lower case.';
comment on column public.invitations.role is 'The role that the person will have.';
comment on column public.invitations.token_hash is 'SHA-256 (hex) of the token in the link; the token itself is never stored.';
comment on column public.invitations.invited_by is 'The admin who created it.';
comment on column public.invitations.expires_at is 'At most 7 days after it was created.';
comment on column public.invitations.accepted_at is 'When it was used; it cannot be used twice.';
comment on column public.invitations.accepted_by is 'Who used it.';
comment on column public.invitations.revoked_at is 'When an admin revoked it.';
comment on column public.invitations.created_at is 'When it was created.';

create trigger audit_invitations after insert or update of revoked_at, accepted_at or delete on public.invitations
  for each row execute function private.write_audit_row();

-- schemas/public/policies/invitations.sql
grant
  select (id, tenant_id, email, role, invited_by, expires_at, accepted_at, accepted_by, revoked_at, created_at),
  insert (tenant_id, email, role, token_hash, invited_by),
  update (revoked_at)
  on public.invitations to authenticated;
grant select, insert, update, delete on public.invitations to service_role;

alter table public.invitations enable row level security;

create policy "Admins can see the invitations of their tenant" on public.invitations
  for select to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can invite in their own name" on public.invitations
  for insert to authenticated
  with check (tenant_id in (select private.my_admin_tenant_ids()) and invited_by = (select auth.uid()));
create policy "Admins can revoke invitations of their tenant" on public.invitations
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));

-- schemas/private/functions/accept_invitation.sql
create function private.accept_invitation(p_token_hash text)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_email text;
  v_invitation public.invitations;
begin
  select lower(email) into v_email from auth.users where id = v_user_id;
  if v_email is null then
    raise exception 'Sign in first' using errcode = '42501';
  end if;
  update public.invitations
    set accepted_at = now(), accepted_by = v_user_id
    where token_hash = p_token_hash
      and email = v_email
      and accepted_at is null
      and revoked_at is null
      and expires_at > now()
    returning * into v_invitation;
  if v_invitation.id is null then
    raise exception 'This invitation cannot be used' using errcode = 'P0002';
  end if;
  insert into public.members (tenant_id, user_id, role, email)
    values (v_invitation.tenant_id, v_user_id, v_invitation.role, v_email)
    on conflict (tenant_id, user_id) do nothing;
  return v_invitation.tenant_id;
end;
$$;
comment on function private.accept_invitation(text) is
  'Makes the signed-in user a member if the invitation is for them, unused, unexpired and not revoked; else P0002. Definer, '
  'because the user is not a member yet.';

grant execute on function private.accept_invitation(text) to authenticated;

-- schemas/public/functions/accept_invitation.sql
create function public.accept_invitation(p_token_hash text)
returns uuid
language sql
security invoker
set search_path = ''
as $$
  select private.accept_invitation(p_token_hash);
$$;
comment on function public.accept_invitation(text) is 'Data API entry to private.accept_invitation; returns the tenant id.';

grant execute on function public.accept_invitation(text) to authenticated;
