create function private.job_name_text(p_key text, p_title text, p_titles jsonb)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
  select private.searchable(concat_ws(E'\n', p_key, p_title, p_titles ->> 'ja', p_titles ->> 'en'));
$$;
comment on function private.job_name_text(text, text, jsonb) is 'Returns the text by which a job is found, in every language.';
