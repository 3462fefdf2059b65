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
