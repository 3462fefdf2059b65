import { randomInt } from 'node:crypto';
import net from 'node:net';

/** Why a port cannot be listened on, as the system's error code; null when it can. */
export function whyTaken(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', (error) => resolve('code' in error ? String(error.code) : 'EADDRINUSE'));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}

/** A free loopback port below the range from which systems take ports for outgoing connections. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if ((await whyTaken(port, '127.0.0.1')) === null) return port;
  }
}
