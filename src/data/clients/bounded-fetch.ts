// Longer than the database allows a statement (15 s), so that only an answer that will not come is given up.
const patienceMs = 20_000;

/** A fetch that does not wait for ever: a Data API that lost its database in the middle of a request may never answer it. */
export const boundedFetch: typeof fetch = (input, init) => {
  const patience = AbortSignal.timeout(patienceMs);
  return fetch(input, {
    ...init,
    signal: init?.signal ? AbortSignal.any([init.signal, patience]) : patience,
  });
};
