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
