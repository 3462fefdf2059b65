/** A decoded body, with the encodings of its parts if it was not only UTF-8. */
export interface DecodedBody {
  text: string;
  decodedFrom: string | null;
}

const replacement = '\ufffd';
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** DEL and two control characters, by what Node's Shift_JIS reads them as: it exchanges them, as an old table of IBM does. */
const exchanged = new Map(
  ['\x1a', '\x1c', '\x7f'].map((ascii) => {
    const bytes = Uint8Array.of(ascii.charCodeAt(0));
    return [new TextDecoder('shift_jis').decode(bytes), ascii];
  }),
);

function decode(decoder: TextDecoder, bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return decoder.encoding === 'shift_jis'
    ? text.replace(/[\x1a\x1c\x7f]/g, (character) => exchanged.get(character) ?? character)
    : text;
}

function tryDecode(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return decode(decoder, bytes);
  } catch {
    return null;
  }
}

// Names that Windows and Python use but the Encoding Standard does not list.
const otherNames: readonly [RegExp, string][] = [
  [/^(cp|ms)_?932$/, 'shift_jis'],
  [/^(cp_?51932|euc_jp|eucjp(-ms|-win)?)$/, 'euc-jp'],
  [/^(cp_?5022[0-2]|iso2022[-_]?jp|jis)$/, 'iso-2022-jp'],
];

/** Returns the standard name of a character set; null if it is unknown. */
export function encodingNamed(charset: string): string | null {
  try {
    return new TextDecoder(otherNames.find(([name]) => name.test(charset))?.[1] ?? charset).encoding;
  } catch {
    return null;
  }
}

/**
 * Returns the standard name of the declared charset; null if there is none or it is unknown. UTF-16 never needs to be declared
 * (`utf16Of`), so one that is declared for other bytes says nothing.
 */
function declaredEncoding(contentType: string | null): string | null {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]{1,40})"?/i.exec(contentType ?? '')?.[1]?.toLowerCase();
  const encoding = charset === undefined ? null : encodingNamed(charset);
  return encoding?.startsWith('utf-16') ? null : encoding;
}

/**
 * Recognizes UTF-16 by its mark (Windows PowerShell 5 writes files in UTF-16) or, because JSON starts with two ASCII
 * characters, by the zeros of these.
 */
function utf16Of(bytes: Uint8Array): string | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0 && second === 0 && fourth === 0) return 'utf-16le';
  return first === 0 && second !== 0 && third === 0 ? 'utf-16be' : null;
}

/** Replaces separately encoded surrogates (Python's surrogatepass) with U+FFFD; returns null if there are none. */
function replaceEncodedSurrogates(bytes: Uint8Array): Uint8Array | null {
  const repaired = Uint8Array.from(bytes);
  let found = false;
  for (let at = bytes.indexOf(0xed); at !== -1 && at + 2 < bytes.length; at = bytes.indexOf(0xed, at + 1)) {
    if ((bytes[at + 1]! & 0xe0) === 0xa0 && (bytes[at + 2]! & 0xc0) === 0x80) {
      repaired.set([0xef, 0xbf, 0xbd], at);
      found = true;
    }
  }
  return found ? repaired : null;
}

/** Bounds the work for a hostile body; what comes after is read as one. */
const segmentsMax = 10_000;
const escape = 0x1b;

interface Jis {
  /** The body with an empty run for each of them. */
  bytes: Uint8Array;
  runs: string[];
}

const emptyRun = /\x1b\$B\x1b\(B/g;
const emptyRunBytes = Uint8Array.of(escape, 0x24, 0x42, escape, 0x28, 0x42);

/** Where a run that was cut before its closing escape ends: before the quote that closes its JSON string. */
const endOfCutRun = /"\s*[,}\]]/;

function startsJis(bytes: Uint8Array, at: number): boolean {
  const [, kind, set] = bytes.subarray(at, at + 3);
  return (kind === 0x24 && (set === 0x40 || set === 0x42)) || (kind === 0x28 && set === 0x49);
}

/** Takes out the runs of ISO-2022-JP, which say where they start; returns null if there are none. */
function takeOutJis(bytes: Uint8Array): Jis | null {
  if (!bytes.includes(escape)) return null;
  const latin1 = new TextDecoder('latin1');
  const jis = new TextDecoder('iso-2022-jp');
  const parts: Uint8Array[] = [];
  const runs: string[] = [];
  let done = 0;
  for (let at = bytes.indexOf(escape); at !== -1; at = bytes.indexOf(escape, Math.max(at + 1, done))) {
    if (!startsJis(bytes, at)) continue;
    if (runs.length === segmentsMax) break;
    let end = at + 3;
    while (end < bytes.length && bytes[end]! >= 0x20 && bytes[end]! < 0x80) end += 1;
    const isClosed = bytes[end] === escape && bytes[end + 1] === 0x28;
    // A line break also ends a run.
    const cutAt =
      isClosed || end < bytes.length ? -1 : latin1.decode(bytes.subarray(at, end)).search(endOfCutRun);
    if (cutAt !== -1) end = at + cutAt;
    const run = bytes.subarray(at, end);
    if (isClosed && /[BJ]/.test(String.fromCharCode(bytes[end + 2] ?? 0))) end += 3;
    runs.push(jis.decode(run));
    parts.push(bytes.subarray(done, at), emptyRunBytes);
    done = end;
  }
  if (runs.length === 0) return null;
  parts.push(bytes.subarray(done));
  const others = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    others.set(part, at);
    at += part.length;
  }
  return { bytes: others, runs };
}

const isShiftJisLead = (byte: number): boolean =>
  (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc);
const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Whether a character of UTF-8 or EUC-JP ends before this place, which a reader of Shift_JIS takes for a first half. */
function endsOtherCharacter(bytes: Uint8Array, at: number): boolean {
  const [lead = 0, second = 0, last = 0] = bytes.subarray(Math.max(0, at - 3), at);
  const isUtf8 = (lead & 0xf0) === 0xe0 && isContinuation(second) && isContinuation(last);
  return isUtf8 || (second >= 0xa1 && last >= 0xa1);
}

type Segment = [start: number, end: number];

/**
 * Returns the parts of a JSON body that can have encodings of their own, if they are not ASCII: strings, and the lines in
 * them. A log may have come from several programs. No byte of a character looks like a quote or a line break, but the second
 * byte of Shift_JIS can be the backslash of an escaped line break.
 */
function findSegments(bytes: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  let start = 0;
  let isOther = false;
  let isInCharacter = false;
  for (let at = 0; at <= bytes.length; at += 1) {
    const byte = bytes[at] ?? 0x0a;
    const isEscapedBreak =
      byte === 0x5c && bytes[at + 1] === 0x6e && (!isInCharacter || endsOtherCharacter(bytes, at));
    if (byte === 0x22 || byte === 0x0a || byte === 0x0d || isEscapedBreak) {
      if (isOther) segments.push([start, at]);
      if (segments.length === segmentsMax - 1) return [...segments, [at, bytes.length]];
      if (isEscapedBreak) at += 1;
      start = at + 1;
      isOther = isInCharacter = false;
    } else {
      isOther ||= byte >= 0x80;
      isInCharacter = !isInCharacter && isShiftJisLead(byte);
    }
  }
  return segments;
}

let commonKanji: Set<string> | undefined;

/** The 2,965 kanji of the first level of JIS, which nearly all text uses. */
function isCommonKanji(character: string): boolean {
  if (!commonKanji) {
    const bytes: number[] = [];
    for (let row = 0xb0; row <= 0xcf; row += 1)
      for (let cell = 0xa1; cell <= 0xfe; cell += 1) bytes.push(row, cell);
    commonKanji = new Set(new TextDecoder('euc-jp').decode(Uint8Array.from(bytes)));
  }
  return commonKanji.has(character);
}

/** How much a half-width katakana looks like one of a text; bytes of EUC-JP look like them by chance. */
function scoreHalfWidth(code: number, before: number): number {
  const isAfterKana = before >= 0xff66 && before <= 0xff9d;
  if (code <= 0xff65) return -2.5;
  if (code >= 0xff9e) return /[ｳｶ-ﾄﾊ-ﾎ]/.test(String.fromCharCode(before)) ? 1.5 : -4;
  return code >= 0xff67 && code <= 0xff70 && !isAfterKana ? -3 : 0.9;
}

const errorCost = 6;
const cutCost = 2;

/** How much a text looks like one that somebody wrote; a byte that does not fit costs more than a character is worth. */
function scoreOf(text: string, isJapanese: boolean): number {
  let score = 0;
  let from = 0;
  let until = text.length;
  // A cut inside a character leaves a few bytes at the start or one error at the end.
  if (!isJapanese) while (from < 3 && text[from] === replacement) from += 1;
  if (from === until) return -errorCost * until;
  if (from > 0) score -= cutCost;
  if (text[until - 1] === replacement) {
    score -= cutCost;
    until -= 1;
  }
  for (let at = from; at < until; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    if (code === 0xfffd) score -= errorCost;
    else if (!isJapanese) score += code < 0x800 ? 1.5 : 3;
    else if (code >= 0xff61 && code <= 0xff9f) score += scoreHalfWidth(code, text.charCodeAt(at - 1));
    else if (code >= 0x4e00 && code <= 0x9fff) score += isCommonKanji(text[at]!) ? 2 : -1;
    else if ((code >= 0x3000 && code <= 0x30ff) || (code >= 0xff01 && code <= 0xff5e)) score += 3;
    else if (code < 0xa0 || (code >= 0xe000 && code <= 0xf8ff)) score -= errorCost;
    else score += code >= 0x2000 && code <= 0x27ff ? 1 : -1;
  }
  return score;
}

/** Counts letters that read as one kanji only because a foreign byte stands between them, as in `can\x92t`. */
function countLonelyBytes(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 1; at + 1 < bytes.length; at += 1) {
    if (!isShiftJisLead(bytes[at]!)) continue;
    const isBetween = bytes[at - 1]! < 0x80 && bytes[at - 1]! >= 0x41 && bytes[at + 1]! >= 0x41;
    if (isBetween && bytes[at + 1]! < 0x80 && (bytes[at + 2] ?? 0) < 0x80) count += 1;
  }
  return count;
}

interface Reading {
  text: string;
  score: number;
}

function readAs(decoder: TextDecoder, bytes: Uint8Array): Reading {
  const isJapanese = decoder.encoding === 'shift_jis' || decoder.encoding === 'euc-jp';
  const text = decode(decoder, bytes);
  const score = scoreOf(text, isJapanese);
  if (!isJapanese) return { text, score };
  const lonely = decoder.encoding === 'shift_jis' ? countLonelyBytes(bytes) * 8 : 0;
  if (bytes[0]! < 0x80) return { text, score: score - lonely };
  // A text that starts with the second half of a character would be read out of step.
  const later = decode(decoder, bytes.subarray(1));
  const laterScore = scoreOf(later, true) - cutCost - 1;
  return laterScore > score
    ? { text: replacement + later, score: laterScore - lonely }
    : { text, score: score - lonely };
}

/** What the declared encoding is worth before anything is read. */
const declaredScore = 12;
/** By how much a part must look better in another encoding than in that of most parts. */
const plainlyBetter = 4;
/** No part decides alone about the others. */
const segmentScoreMin = -30;

/** Reads each part in the encoding of most parts, unless another one is plainly better. */
function readSegments(bytes: Uint8Array, declared: string | null): DecodedBody {
  const names = [...new Set(['utf-8', 'shift_jis', 'euc-jp', ...(declared ? [declared] : [])])];
  const decoders = names.map((name) => new TextDecoder(name, { ignoreBOM: true }));
  const segments = findSegments(bytes);
  const readings = segments.map(([start, end]) =>
    decoders.map((decoder) => readAs(decoder, bytes.subarray(start, end))),
  );
  const totals = names.map((name, index) =>
    readings.reduce(
      (sum, reading) => sum + Math.max(segmentScoreMin, reading[index]!.score),
      name === declared ? declaredScore : 0,
    ),
  );
  const usual = totals.indexOf(Math.max(...totals));
  const used = new Set<number>();
  const ascii = decoders[0]!;
  let text = '';
  let done = 0;
  for (const [index, [start, end]] of segments.entries()) {
    const scores = readings[index]!.map(({ score }) => score);
    const best = Math.max(...scores);
    const chosen = best - scores[usual]! > plainlyBetter ? scores.indexOf(best) : usual;
    used.add(chosen);
    text += ascii.decode(bytes.subarray(done, start)) + readings[index]![chosen]!.text;
    done = end;
  }
  text += ascii.decode(bytes.subarray(done));
  const usedNames = names.filter((_, index) => used.has(index));
  return { text, decodedFrom: usedNames.join(', ') === 'utf-8' ? null : usedNames.join(', ') };
}

// Pairs of half-width katakana in Shift_JIS look like these; in UTF-8, Japanese characters have three bytes.
const onlyTwoByteCharacters = /^[\u0000-\u07ff]*[\u0080-\u07ff][\u0000-\u07ff]*$/;

function decodeWithoutJis(bytes: Uint8Array, declared: string | null): DecodedBody {
  const text = tryDecode(utf8, bytes);
  if (text !== null) {
    const isAmbiguous = declared === 'shift_jis' && onlyTwoByteCharacters.test(text);
    const asDeclared = isAmbiguous ? tryDecode(new TextDecoder(declared, { fatal: true }), bytes) : null;
    return asDeclared === null ? { text, decodedFrom: null } : { text: asDeclared, decodedFrom: 'shift_jis' };
  }
  const isForeign = declared !== null && !/^(utf-8|shift_jis|euc-jp|iso-2022-jp)$/.test(declared);
  if (isForeign) {
    const asDeclared = tryDecode(new TextDecoder(declared, { fatal: true }), bytes);
    if (asDeclared !== null) return { text: asDeclared, decodedFrom: declared };
  }
  const repaired = replaceEncodedSurrogates(bytes);
  const repairedText = repaired && tryDecode(utf8, repaired);
  if (repairedText) return { text: repairedText, decodedFrom: null };
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return readSegments(hasMark ? bytes.subarray(3) : bytes, declared === 'iso-2022-jp' ? null : declared);
}

/**
 * Decodes a request body, whatever its bytes are [contract: bodies]. Valid UTF-8 is UTF-8. Otherwise the declared charset
 * counts, and each string and each line is read in the encoding that it looks most like: a log can have several, or be cut
 * inside a character. Bytes that no reading fits become U+FFFD.
 */
export function decodeBody(bytes: Uint8Array, contentType: string | null): DecodedBody {
  const utf16 = utf16Of(bytes);
  if (utf16 !== null) return { text: new TextDecoder(utf16).decode(bytes), decodedFrom: utf16 };
  const declared = declaredEncoding(contentType);
  const jis = takeOutJis(bytes);
  if (jis === null) return decodeWithoutJis(bytes, declared);
  const { text, decodedFrom } = decodeWithoutJis(jis.bytes, declared);
  const others = decodedFrom ?? (/[\u0080-\uffff]/.test(text) ? 'utf-8' : null);
  let next = 0;
  return {
    text: text.replace(emptyRun, () => jis.runs[next++] ?? ''),
    decodedFrom: others === null ? 'iso-2022-jp' : `${others}, iso-2022-jp`,
  };
}
