create function private.own_message(p_code text)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object('message', s.sentence, 'code', s.code, 'values', '{}'::jsonb)
  from (
    values
      ('run.workerLost', 'The worker stopped responding during every attempt'),
      ('run.superseded', 'Canceled because the next run of its schedule was due'),
      ('run.pluginOff', 'The plugin was disabled before the run could start'),
      ('run.jobOff', 'The job was disabled before the run could start'),
      ('run.schedulesOff', 'All schedules were stopped before the run could start')
  ) s (code, sentence)
  where s.code = p_code;
$$;
comment on function private.own_message(text) is
  'Returns a message of the portal that the database decides: {message, code, values}, with a sentence of '
  'src/domain/portal-messages.ts.';

grant execute on function private.own_message(text) to service_role;
