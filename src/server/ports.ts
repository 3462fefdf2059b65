import { randomInt } from 'node:crypto';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why a port cannot be listened on, as the system's error code; null when it can. */
export function whyTaken(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', (error) => resolve('code' in error ? String(error.code) : 'EADDRINUSE'));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}

/** As `whyTaken`, but whoever is about to leave the port gets a while to do so. */
export async function whyStillTaken(port: number, host: string, msMax: number): Promise<string | null> {
  for (const end = performance.now() + msMax; ; await sleep(100)) {
    const code = await whyTaken(port, host);
    if (code !== 'EADDRINUSE' || performance.now() > end) return code;
  }
}

// A port is not taken until somebody listens on it, and that may be long after it was found.
const promised = new Set<number>();

/**
 * A free loopback port below the range from which systems take ports for outgoing connections. One process never gets the
 * same port twice.
 * @param except ports that others are about to take
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
