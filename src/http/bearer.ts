/** Returns the secret, key or token in `Authorization: Bearer`: undefined without the header, empty if it has something else. */
export function readBearer(headers: Headers): string | undefined {
  const header = headers.get('authorization');
  return header === null ? undefined : (/^Bearer +(\S+) *$/i.exec(header)?.[1] ?? '');
}
