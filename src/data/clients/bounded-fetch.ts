// Longer than the database's statement timeout (15 s), so that only a response that will never arrive is given up.
const patienceMs = 20_000;

/**
 * Replaces what PostgreSQL can store neither in text nor in jsonb, NUL and halves of surrogate pairs, in JSON from
 * `JSON.stringify`, which writes both as escapes. Edges clean or refuse such text; this is for what no edge has seen, because
 * one such character would otherwise make the whole statement fail.
 */
export function storableJson(json: string): string {
  if (!json.includes('\\u')) return json;
  return json.replaceAll(/\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g, (escape) =>
    escape === '\\\\' ? escape : '\uFFFD',
  );
}

/** The same for the filters in a URL, where halves cannot occur. */
const storableUrl = (url: string): string => url.replaceAll('%00', '%EF%BF%BD');

/** A fetch of the Data API with a timeout: if it loses its database during a request it may never respond. */
export const boundedFetch: typeof fetch = (input, init) => {
  const patience = AbortSignal.timeout(patienceMs);
  return fetch(input instanceof Request ? input : storableUrl(String(input)), {
    ...init,
    ...(typeof init?.body === 'string' && { body: storableJson(init.body) }),
    signal: init?.signal ? AbortSignal.any([init.signal, patience]) : patience,
  });
};
