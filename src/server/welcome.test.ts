import { describe, expect, test } from 'vitest';
import { quietWelcomeText, welcomeText } from '#server/welcome.ts';

const welcome = {
  address: 'http://127.0.0.1:3000',
  email: 'admin@example.com',
  password: 'first-password',
  webhookSecret: 'secret',
  secretsFile: '/portal/.env.local',
  replaced: [],
};
const now = new Date('2026-11-21T09:00:00Z');
const commands = (platform: NodeJS.Platform): string[] =>
  welcomeText(welcome, now, platform)
    .split('\n')
    .filter((line) => line.startsWith('curl'));

describe('welcomeText', () => {
  test.each(['linux', 'darwin', 'win32'] as const)('gives two commands in plain ASCII on %s', (platform) => {
    const lines = commands(platform);
    expect(lines).toHaveLength(2);
    // Otherwise a Japanese code page would change the text on its way to curl.
    for (const line of lines) expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(lines[0]).toContain('success');
    expect(lines[1]).toContain('error');
  });

  test("quotes the body for Windows' shells, which support double quotes only", () => {
    expect(commands('win32')[0]).toMatch(/^curl\.exe .* -d "\{\\"job_key\\":/);
    expect(commands('linux')[0]).toMatch(/^curl .* -d '\{"job_key":.*\}' \| awk /);
  });

  test('gives PowerShell its own command', () => {
    const text = welcomeText(welcome, now, 'win32');
    expect(text).toMatch(
      /^\$answer = Invoke-RestMethod .* -Body \('\{"job_key":.*\}' -creplace 'TIME', .*\) /m,
    );
  });

  test('reads the time when it is pasted, so that pasting it again sends another report', () => {
    expect(commands('linux')[0]).toContain('"finished_at":"\'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"\'"');
    expect(welcomeText(welcome, now, 'win32')).toContain('(Get-Date).ToUniversalTime()');
    expect(commands('win32')[0]).toContain('2026-11-21T09:00:00.000Z');
  });

  test('does not show a password that no longer works', () => {
    expect(welcomeText(welcome, now)).toContain('first-password');
    expect(welcomeText({ ...welcome, password: null }, now)).not.toContain('first-password');
  });

  test('names the secrets that come from the environment, not their values [rule 34: keys and secrets]', () => {
    const replaced = ['TC_PORTAL_WEBHOOK_SECRET', 'CRON_SECRET'];
    for (const text of [welcomeText, quietWelcomeText].map((say) => say({ ...welcome, replaced }, now)))
      expect(text).toMatch(/From the environment instead.*: TC_PORTAL_WEBHOOK_SECRET, CRON_SECRET/);
    expect(quietWelcomeText(welcome)).not.toContain('environment');
  });

  test('writes no secret to a journal', () => {
    const text = quietWelcomeText(welcome);
    expect(text).toContain(welcome.address);
    expect(text).toContain(welcome.secretsFile);
    expect(text).not.toMatch(/first-password|secret /);
  });
});
