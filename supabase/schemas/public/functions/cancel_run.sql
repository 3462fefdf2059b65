create function public.cancel_run(p_run_id uuid)
returns text
language sql
security invoker
set search_path = ''
as $$ select private.cancel_run(p_run_id); $$;
comment on function public.cancel_run(uuid) is
  'Cancels a pending run at once, asks a running one to stop; returns its state. P0002, 42501, or 23514 when it is over.';

grant execute on function public.cancel_run(uuid) to authenticated, service_role;
