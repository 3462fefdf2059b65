/** A decoded body, with its encoding if that was not UTF-8. */
export interface DecodedBody {
  text: string;
  decodedFrom: string | null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const shiftJis = new TextDecoder('shift_jis', { fatal: true });

function tryDecode(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

function declaredDecoder(contentType: string | null): TextDecoder | null {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]{1,40})"?/i.exec(contentType ?? '')?.[1]?.toLowerCase();
  if (charset === undefined) return null;
  try {
    // Names that Windows and Python use but the Encoding Standard does not list.
    return new TextDecoder(/^(cp|ms)_?932$/.test(charset) ? 'shift_jis' : charset, { fatal: true });
  } catch {
    return null;
  }
}

/** Reads the byte order mark: Windows PowerShell 5 writes files in UTF-16. */
function markedDecoder(bytes: Uint8Array): TextDecoder | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le', { fatal: true });
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be', { fatal: true });
  return null;
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

// Pairs of half-width katakana in Shift_JIS look like these; in UTF-8, Japanese characters have three bytes.
const onlyTwoByteCharacters = /^[\u0000-\u07ff]*[\u0080-\u07ff][\u0000-\u07ff]*$/;

/**
 * Decodes a request body; returns null if its encoding is unknown. Tries UTF-8 first (with or without a byte order mark),
 * then the encoding of the mark or charset, then CP932, which Japanese Windows sends without a charset.
 */
export function decodeBody(bytes: Uint8Array, contentType: string | null): DecodedBody | null {
  const declared = markedDecoder(bytes) ?? declaredDecoder(contentType);
  const text = tryDecode(utf8, bytes);
  if (text !== null) {
    const isAmbiguous = declared?.encoding === 'shift_jis' && onlyTwoByteCharacters.test(text);
    const asDeclared = isAmbiguous ? tryDecode(declared, bytes) : null;
    return asDeclared === null
      ? { text, decodedFrom: null }
      : { text: asDeclared, decodedFrom: declared!.encoding };
  }
  if (declared && declared.encoding !== 'utf-8') {
    const declaredText = tryDecode(declared, bytes);
    if (declaredText !== null) return { text: declaredText, decodedFrom: declared.encoding };
  }
  const repaired = replaceEncodedSurrogates(bytes);
  const repairedText = repaired && tryDecode(utf8, repaired);
  if (repairedText) return { text: repairedText, decodedFrom: null };
  const shiftJisText = tryDecode(shiftJis, bytes);
  return shiftJisText === null ? null : { text: shiftJisText, decodedFrom: 'shift_jis' };
}
