create function private.note_run_stats()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  case tg_op
    when 'INSERT' then
      -- An upsert fires both this trigger and the one for updates; one of them finds nothing to do.
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
  'Updates run_totals_daily after run_stats_daily changes. Definer, because a user who deletes a job can write neither table.';
