const mark = '[redacted]';

/** Shorter secrets would redact ordinary words. */
const secretLengthMin = 6;

const knownForms = new WeakMap<readonly string[], readonly string[]>();

/** The forms of a secret in a text: trimmed, with other line ends, encoded for a URL, in JSON. */
function formsOf(secrets: readonly string[]): readonly string[] {
  const known = knownForms.get(secrets);
  if (known) return known;
  const plain = secrets.flatMap((secret) => {
    const text = secret.toWellFormed();
    return [text, text.trim(), text.trim().replaceAll('\r\n', '\n')];
  });
  const forms = plain
    .filter((text) => text.length >= secretLengthMin)
    .flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)]);
  // Redact a secret that contains another one first, or the rest of it would remain.
  const longestFirst = [...new Set(forms)].sort((one, other) => other.length - one.length);
  knownForms.set(secrets, longestFirst);
  return longestFirst;
}

// Every pattern is bounded and starts with a literal, so that a hostile megabyte takes only milliseconds.
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN ([A-Z ]{0,30}PRIVATE KEY)-----(?:[^-]|-(?!----)){0,16384}/g, `-----BEGIN $1-----${mark}`],
  [/\btcp_[A-Za-z0-9_-]{20,200}/g, `tcp_${mark}`],
  [/\bsb_secret_[A-Za-z0-9_-]{10,200}/g, `sb_secret_${mark}`],
  [/\b(gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-)[A-Za-z0-9_-]{10,255}/g, `$1${mark}`],
  [/(?<![\w-])eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,1024}/g, mark],
  [/\b(A(?:BI|CC|GP|ID|IP|KI|NP|NV|RO|SI)A)[A-Z0-9]{16}\b/g, `$1${mark}`],
  [
    /\b((?:proxy-)?authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:basic|bearer|token|digest|apikey|negotiate)\s{1,3})?)[^\s"',;]{3,4096}/gi,
    `$1${mark}`,
  ],
  [/\b(bearer\s{1,3})[A-Za-z0-9._~+/=-]{16,4096}/gi, `$1${mark}`],
  [/\b((?:set-)?cookie["']?\s{0,3}:\s{0,3})[^\r\n]{1,4096}/gi, `$1${mark}`],
  // A password can contain an @: the last one before the host ends it.
  [/(:\/\/[^\s/:@'"<>]{0,256}:)[^\s/'"<>]{1,512}@/g, `$1${mark}@`],
  [
    /(--?(?:password|passwd|passphrase|secret|token|api-?key|access-?key|client-?secret)\s{1,3})(?!-)(?:"[^"\n]{1,512}"|'[^'\n]{1,512}'|[^\s"']{1,512})/gi,
    `$1${mark}`,
  ],
  [
    new RegExp(
      '((?:password|passwd|passphrase|passcode|(?<![a-z])pwd|(?<![a-z])pass|(?<![a-z])pw|secret|token|credentials?|' +
        '(?:secret|api|access|private|account|shared|signing|encryption|license)[_-]?(?:access[_-]?)?key|パスワード|暗証番号|秘密鍵)' +
        '\\\\?["\']?\\s{0,3}(?:[:=：＝]|=>)\\s{0,3})(?!\\[redacted])' +
        '(?:\\\\?"[^"\\n]{1,1024}"|\\\\?\'[^\'\\n]{1,1024}\'|\\\\?["\']?[^\\s,;&"\'}、。]{1,1024})',
      'gi',
    ),
    `$1${mark}`,
  ],
];

/**
 * Redacts everything that looks like a secret before a text is stored [rule 6: log and redaction]: the given secrets, API
 * keys, bearer and other tokens, passwords in URLs, AWS keys, private keys and `password=…` pairs. Redacting twice changes
 * nothing.
 * @param secrets secrets in use, redacted wherever they occur
 */
export function redactSecrets(text: string, secrets: readonly string[] = []): string {
  let redacted = text;
  for (const form of formsOf(secrets)) redacted = redacted.replaceAll(form, mark);
  for (const [pattern, replacement] of patterns) redacted = redacted.replace(pattern, replacement);
  return redacted;
}
