create function private.own_message(p_code text, p_values jsonb default '{}')
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'message',
    coalesce((select replace(s.sentence, '{' || v.key || '}', v.value) from jsonb_each_text(p_values) v), s.sentence),
    'code', s.code, 'values', p_values)
  from (
    values
      ('run.timedOut', 'The attempt timed out after {seconds} s'),
      ('run.tooManyReleases', 'Workers that were stopped returned the run to the queue {count} times'),
      ('run.noWorker', 'For an hour, no running worker had the plugin {plugin} with this job'),
      ('run.workerLost', 'The worker stopped responding during every attempt'),
      ('run.superseded', 'Canceled because the next run of its schedule was due'),
      ('run.pluginOff', 'The plugin was disabled before the run could start'),
      ('run.jobOff', 'The job was disabled before the run could start'),
      ('run.schedulesOff', 'All schedules were stopped before the run could start')
  ) s (code, sentence)
  where s.code = p_code;
$$;
comment on function private.own_message(text, jsonb) is
  'Returns a message of the portal that the database decides: {message, code, values}, with a sentence of '
  'src/domain/portal-messages.ts and at most one value.';

grant execute on function private.own_message(text, jsonb) to service_role;
