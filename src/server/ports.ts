import { randomInt } from 'node:crypto';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Returns the system's error code if it cannot listen on a port; null if it can. */
export function whyTaken(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', (error) => resolve('code' in error ? String(error.code) : 'EADDRINUSE'));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}

/** Like `whyTaken`, but waits a while for another process to free the port. */
export async function whyStillTaken(port: number, host: string, msMax: number): Promise<string | null> {
  for (const end = performance.now() + msMax; ; await sleep(100)) {
    const code = await whyTaken(port, host);
    if (code !== 'EADDRINUSE' || performance.now() > end) return code;
  }
}

// A port stays free until a process listens on it, which may be long after it was found.
const promised = new Set<number>();

/**
 * Finds a free loopback port below the range that systems use for outgoing connections. A process never gets the same
 * port twice.
 * @param except ports that are about to be used
 */
export async function findFreePort(except: readonly number[] = []): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (promised.has(port) || except.includes(port)) continue;
    if ((await whyTaken(port, '127.0.0.1')) !== null) continue;
    promised.add(port);
    return port;
  }
}
