create function private.note_run_stats()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  case tg_op
    when 'INSERT' then
      -- Both this and the trigger for updates fire for an upsert, and one of them finds nothing.
      if exists (select from after_rows) then
        perform private.add_to_run_totals(array(select row(a.*)::public.run_stats_daily from after_rows a), '{}');
      end if;
    when 'UPDATE' then
      if exists (select from after_rows) then
        perform private.add_to_run_totals(
          array(select row(a.*)::public.run_stats_daily from after_rows a),
          array(select row(b.*)::public.run_stats_daily from before_rows b)
        );
      end if;
    when 'DELETE' then
      if exists (select from before_rows) then
        perform private.add_to_run_totals('{}', array(select row(b.*)::public.run_stats_daily from before_rows b));
      end if;
  end case;
  return null;
end;
$$;
comment on function private.note_run_stats() is
  'Keeps run_totals_daily in step with run_stats_daily. Definer, because whoever deletes a job may not write either.';
