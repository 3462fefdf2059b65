/** The address to open: a server that listens everywhere is reached on this machine by the loopback address. */
export function listeningAddress({ host, port }: { host: string; port: number }): string {
  const name = ['0.0.0.0', '::', 'localhost'].includes(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
