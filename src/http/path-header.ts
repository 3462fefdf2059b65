/** Header in which the proxy sends a page its own path and query. */
export const pathHeader = 'x-portal-path';
