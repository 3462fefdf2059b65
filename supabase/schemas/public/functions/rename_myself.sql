create function public.rename_myself(p_display_name text)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.rename_myself(p_display_name);
$$;
comment on function public.rename_myself(text) is 'Data API entry to private.rename_myself.';

grant execute on function public.rename_myself(text) to authenticated;
