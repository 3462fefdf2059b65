/**
 * Patterns by which `ilike` finds a text that a person typed: as typed, and in one form of full-width and half-width
 * letters (Unicode NFKC), because an input method is easily left on.
 *
 * They may stand in a filter with `or`, where commas, brackets and quotes mean something and `*` stands for anything:
 * those match any one character.
 */
export function searchPatterns(search: string): string[] {
  const forms = new Set(
    [search, search.normalize('NFKC')].map((form) => form.trim()).filter((form) => form !== ''),
  );
  return [...forms].map((form) => `%${form.replaceAll(/[*,()"\\\0]/g, '_').replaceAll('%', '\\%')}%`);
}
