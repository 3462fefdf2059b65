import type { ServerResponse } from 'node:http';
import { listen } from '#testing/http/listen.ts';

/** A remote plugin whose runs end when the test says so. */
export interface RemotePlugin {
  url: string;
  /** Responds like this to every waiting call and every later one. */
  answerWith(answer: object): void;
  /** Makes calls wait again. */
  hold(): void;
}

// Far from now in both directions, so that no story sees a run that the schedule started.
const inTwelveHours = new Date(Date.now() + 12 * 3_600_000);
const [hour, minute] = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Tokyo',
  hour: '2-digit',
  minute: '2-digit',
})
  .format(inTwelveHours)
  .split(':')
  .map(Number);
/** The plugin's schedule as the screens show it. */
export const dailyAt = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

const manifest = {
  id: 'e2e-sync',
  name: { ja: 'E2E 同期', en: 'E2E sync' },
  version: '1.0.0',
  kind: 'remote',
  jobs: [
    {
      name: 'sync',
      title: 'E2E sync',
      route: '/sync',
      cron: `${minute} ${hour} * * *`,
      timeZone: 'Asia/Tokyo',
      timeoutSec: 120,
    },
    { name: 'report', title: 'E2E report', route: '/report', timeoutSec: 60, cursor: true },
  ],
};

export async function startRemotePlugin(): Promise<RemotePlugin & { stop: () => void }> {
  let answer: object | null = null;
  const waiting = new Set<ServerResponse>();
  const end = (response: ServerResponse, body: object) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const server = await listen((request, response) => {
    request.resume();
    if (request.url === '/plugin.json') return end(response, { ...manifest, baseUrl: server.url });
    if (request.method !== 'POST') return response.writeHead(200).end();
    if (answer) return end(response, answer);
    waiting.add(response);
    response.on('close', () => waiting.delete(response));
  });
  return {
    url: server.url,
    answerWith(given) {
      answer = given;
      for (const response of waiting) end(response, given);
    },
    hold() {
      answer = null;
    },
    stop: () => server.close(),
  };
}
