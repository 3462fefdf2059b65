import type { Page, WebSocketRoute } from '@playwright/test';
import { expect, test as base } from '@playwright/test';
import { fillSignIn } from '#testing/browser/fill-sign-in.ts';
import { startPortal, type TestPortal } from '#testing/portal/start-portal.ts';
import { sendReport } from '#testing/reports/send-report.ts';

/** A Phoenix message as Supabase Realtime speaks it (protocol 2.0.0): join reference, reference, topic, event, payload. */
type Message = [string | null, string | null, string, string, Record<string, unknown>];

/** Supabase Realtime as far as a page that listens to broadcasts sees it. */
class Realtime {
  readonly joins: Message[] = [];
  isUp = true;
  #socket: WebSocketRoute | undefined;

  async serve(page: Page): Promise<void> {
    await page.routeWebSocket(/\/realtime\/v1\/websocket\?.*vsn=2\.0\.0/, (socket) => {
      if (!this.isUp) return void socket.close({ code: 1011 });
      this.#socket = socket;
      socket.onMessage((text) => this.#answer(socket, JSON.parse(String(text)) as Message));
    });
  }

  #answer(socket: WebSocketRoute, message: Message): void {
    const [joinReference, reference, topic, event] = message;
    if (event !== 'phx_join' && event !== 'heartbeat') return;
    if (event === 'phx_join') this.joins.push(message);
    const reply: Message = [joinReference, reference, topic, 'phx_reply', { status: 'ok', response: {} }];
    socket.send(JSON.stringify(reply));
  }

  announce(): void {
    const topic = this.joins.at(-1)?.[2] ?? '';
    const broadcast = { type: 'broadcast', event: 'changed', payload: {} };
    this.#socket?.send(JSON.stringify([null, null, topic, 'broadcast', broadcast]));
  }

  fail(): void {
    this.isUp = false;
    void this.#socket?.close({ code: 1011 });
  }
}

const test = base.extend<object, { portal: TestPortal }>({
  portal: [
    async ({}, use) => {
      const portal = await startPortal({ environment: { TC_PORTAL_REALTIME: '1' } });
      await use(portal);
      await portal.delete();
    },
    { scope: 'worker', timeout: 300_000 },
  ],
});

async function reportError(portal: TestPortal, jobKey: string): Promise<void> {
  const failure = { job_key: jobKey, title: jobKey, status: 'error', message: 'It failed' };
  const answer = await sendReport(portal, failure);
  expect(answer.status).toBe(200);
}

test('with Realtime, pages receive changes instead of polling, and poll again when it is unavailable', async ({
  browser,
  portal,
}) => {
  const page = await (await browser.newContext({ baseURL: portal.url, locale: 'en-US' })).newPage();
  const realtime = new Realtime();
  await realtime.serve(page);
  await page.clock.install();
  await page.goto('/sign-in');
  await fillSignIn(page, portal);
  const badge = page.getByRole('navigation', { name: 'Main menu' }).getByRole('status');

  await expect.poll(() => realtime.joins.length).toBe(1);
  const [, , topic, , payload] = realtime.joins[0] as Message;
  expect(topic).toMatch(/^realtime:tenant:[0-9a-f-]{36}$/);
  expect(payload).toMatchObject({ config: { private: true }, access_token: expect.stringMatching(/^ey/) });

  let questions = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/badge')) questions += 1;
  });
  /** Advances the page's clock, and waits until all its requests have finished. */
  const passTime = async (seconds: number) => {
    await page.clock.runFor(seconds * 1_000);
    await page.waitForLoadState('networkidle');
  };
  // The requests after the join stop. Without Realtime there would be one every 1.2 seconds.
  await passTime(5);
  questions = 0;
  await reportError(portal, 'told');
  await passTime(30);
  expect(questions).toBe(0);
  // By itself the page would poll only a minute after its last request.
  realtime.announce();
  await expect(badge).toContainText('1');
  expect(questions).toBe(1);

  realtime.fail();
  await reportError(portal, 'asked');
  await expect(badge).toContainText('2');
  await page.context().close();
});
