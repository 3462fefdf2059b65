/** Returns the URL to open: for a server that listens on all addresses, the one with the loopback address. */
export function listeningAddress({ host, port }: { host: string; port: number }): string {
  const name = ['0.0.0.0', '::', 'localhost'].includes(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
