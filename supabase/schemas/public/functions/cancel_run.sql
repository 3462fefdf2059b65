create function public.cancel_run(p_run_id uuid)
returns text
language sql
security invoker
set search_path = ''
as $$ select private.cancel_run(p_run_id); $$;
comment on function public.cancel_run(uuid) is
  'Cancels a pending run at once, or asks a running one to stop; returns its state. P0002, 42501, or 23514 if it has finished.';

grant execute on function public.cancel_run(uuid) to authenticated, service_role;
