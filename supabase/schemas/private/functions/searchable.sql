create function private.searchable(p_text text)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
  select lower(normalize(p_text, nfkc));
$$;
comment on function private.searchable(text) is
  'Normalizes a text for search: ignores case and the width of letters. src/domain/search-pattern.ts does the same with what '
  'people type.';
