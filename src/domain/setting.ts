/**
 * Returns the value of a variable as it was meant: without the blanks, line breaks or byte order mark around it
 * (`echo x | vercel env add`), and without the quotes that cmd and `docker --env-file` keep. An empty one counts as not set.
 */
export function settingOf(value: string | undefined): string | undefined {
  const text = (value ?? '').trim();
  const [, quote, inner] = /^(["'])(.*)\1$/s.exec(text) ?? [];
  const meant = quote !== undefined && !inner!.includes(quote) ? inner!.trim() : text;
  return meant === '' ? undefined : meant;
}
