create function public.take_attempt(p_bucket text, p_limit integer, p_window_seconds integer)
returns integer
language sql
security invoker
set search_path = ''
as $$
  select private.take_attempt(p_bucket, p_limit, p_window_seconds);
$$;
comment on function public.take_attempt(text, integer, integer) is 'Data API entry to private.take_attempt, for the service role only.';

grant execute on function public.take_attempt(text, integer, integer) to service_role;
