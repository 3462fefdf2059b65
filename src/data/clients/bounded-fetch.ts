// Longer than the database's statement timeout (15 s), so that only a response that will never arrive is given up.
const patienceMs = 20_000;

/** A fetch with a timeout: a Data API that loses its database during a request may never respond. */
export const boundedFetch: typeof fetch = (input, init) => {
  const patience = AbortSignal.timeout(patienceMs);
  return fetch(input, {
    ...init,
    signal: init?.signal ? AbortSignal.any([init.signal, patience]) : patience,
  });
};
