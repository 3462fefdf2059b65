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
  'A text in the form in which it is searched: full-width and half-width letters alike, capitals and small letters alike. '
  'src/domain/search-pattern.ts brings what people type into the same form.';
