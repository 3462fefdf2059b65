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
