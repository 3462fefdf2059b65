import { defineConfig } from '@playwright/test';

const root = process.getuid?.() === 0;

export default defineConfig({
  testDir: 'src/testing/e2e',
  globalSetup: './src/testing/browser/start-browser-portal.ts',
  outputDir: 'test-results',
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // As in vitest.config.ts. Servers that a story starts belong to its worker, and the second try gets a new worker.
  retries: process.env.CI ? 1 : 0,
  workers: 2,
  // How long a test may hang, not how long it should take.
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    locale: 'en-US',
    timezoneId: 'Asia/Tokyo',
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    launchOptions: {
      // scripts/test.mjs sets it to the browser that scripts/browser.mjs found; without it Playwright uses its own.
      executablePath: process.env.PLAYWRIGHT_CHROMIUM,
      args: [
        '--disable-gpu',
        '--disable-background-networking',
        // Chromium's sandbox does not work as root.
        ...(root ? ['--no-sandbox'] : []),
      ],
    },
  },
});
