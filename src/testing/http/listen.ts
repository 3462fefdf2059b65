import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that a test started on a free port of this machine. */
export interface TestHttpServer {
  readonly url: string;
  readonly port: number;
  /** Stops it and closes all its connections. */
  close(): void;
}

export async function listen(handler: http.RequestListener): Promise<TestHttpServer> {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
