-- A session that was ended (signed out elsewhere, password changed) ends what its token may see at once; the token alone is good
-- for another hour. plpgsql, because it keeps its plan: policies ask this for every table that is read.
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
  'Whether the session of the token still exists; true for a token without one. Definer, because nobody else reads auth.sessions.';

grant execute on function private.is_session_alive() to authenticated;
