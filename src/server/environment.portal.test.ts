import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startPortal } from '#testing/portal/start-portal.ts';
import { sendReport } from '#testing/reports/send-report.ts';

test('an empty secret changes nothing, and one of the environment counts while it is set [rule 34: keys and secrets]', async () => {
  const first = await startPortal({ environment: { TC_PORTAL_WEBHOOK_SECRET: '', CRON_SECRET: ' \n' } });
  const { folder, port, secrets } = first;
  const stored = secrets.TC_PORTAL_WEBHOOK_SECRET!;
  const file = path.join(folder, '.env.local');
  const text = fs.readFileSync(file, 'utf8');
  const start = async (environment: Record<string, string>) => {
    const portal = await startPortal({ folder, port, environment });
    const statusWith = async (secret: string) => (await sendReport(portal, {}, secret)).status;
    const found = { stored: await statusWith(stored), given: await statusWith('from-outside') };
    const [cron, log] = [
      (
        await fetch(`${portal.url}/api/internal/scheduler`, {
          headers: { Authorization: 'Bearer cron-outside' },
        })
      ).status,
      fs.readFileSync(path.join(folder, 'logs', 'portal.log'), 'utf8'),
    ];
    await portal.stop();
    expect(fs.readFileSync(file, 'utf8')).toBe(text);
    return { ...found, cron, log, output: portal.output() };
  };
  try {
    expect((await sendReport(first, {}, stored)).status).toBe(200);
    await first.stop();
    const given = { TC_PORTAL_WEBHOOK_SECRET: 'from-outside\n', CRON_SECRET: '"cron-outside"' };
    const replaced = await start(given);
    expect(replaced).toMatchObject({ stored: 401, given: 200, cron: 200 });
    expect(replaced.output).toContain('TC_PORTAL_WEBHOOK_SECRET, CRON_SECRET');
    const back = await start({ TC_PORTAL_WEBHOOK_SECRET: '', CRON_SECRET: '' });
    expect(back).toMatchObject({ stored: 200, given: 401, cron: 401 });
    expect(back.output).not.toContain('TC_PORTAL_WEBHOOK_SECRET, CRON_SECRET');
    expect(back.log).toContain('"problem":"the sent secret is another one"');
    expect(back.log).not.toContain(stored);
  } finally {
    await first.delete();
  }
});
