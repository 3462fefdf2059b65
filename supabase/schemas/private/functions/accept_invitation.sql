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
