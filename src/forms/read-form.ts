import { cleanText } from '#domain/excerpt.ts';

/**
 * Reads the fields of a form for a schema. A name that appears more than once or ends in `[]` becomes a list. Omits files,
 * and cleans what the database cannot store.
 */
export function readFormEntries(form: FormData): Record<string, string | string[]> {
  const entries: Record<string, string | string[]> = {};
  for (const name of new Set(form.keys())) {
    // React adds its own fields, which start with '$ACTION'.
    if (name.startsWith('$')) continue;
    const values = form
      .getAll(name)
      .filter((value) => typeof value === 'string')
      .map(cleanText);
    if (name.endsWith('[]')) entries[name.slice(0, -2)] = values;
    else if (values.length > 1) entries[name] = values;
    else if (values[0] !== undefined) entries[name] = values[0];
  }
  return entries;
}

/** Returns the entered values, to show them again after an error. Secrets are never sent back. */
export function readFormValues(form: FormData): Record<string, string> {
  return Object.fromEntries(
    Object.entries(readFormEntries(form)).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === 'string' && !/password|secret|token/i.test(entry[0]),
    ),
  );
}
