import { test as base, expect, type BrowserContextOptions, type Page } from '@playwright/test';
import { type Company, createCompany, type Person } from './company.ts';
import { type PortalFacts, portalVariable } from './portal-facts.ts';
import { seedCompany, type SeededCompany } from './seeded-company.ts';
import { startSession } from './session.ts';

interface OpenOptions extends BrowserContextOptions {
  /** The signed-in user; absent: not signed in. */
  as?: Person;
  /** Browser messages that the story expects, such as a 404. */
  expected?: RegExp;
}

interface TestFixtures {
  /** An empty company for a story that changes things. */
  company: Company;
  /** Opens a page in a separate browser. Unexpected console errors, including CSP violations, fail the test. */
  open: (options?: OpenOptions) => Promise<Page>;
}

interface WorkerFixtures {
  portal: PortalFacts;
  /** The admin that the portal printed, signed in. */
  firstAdmin: Person;
  /** A company with jobs and runs, for tests that only read. */
  seeded: SeededCompany;
}

// What Chromium reports about a slow machine or its own network, which is not the page's fault.
const ofTheMachine =
  /was preloaded using link preload but not used|ERR_NETWORK_CHANGED|ERR_NETWORK_IO_SUSPENDED/;

/** Collects the browser's complaints from every page of a context. */
function collectProblems(page: Page, expected: RegExp | undefined, problems: string[]): void {
  const add = (problem: string) => {
    if (!ofTheMachine.test(problem) && !expected?.test(problem)) problems.push(`${page.url()}: ${problem}`);
  };
  page
    .context()
    .on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        add(`${message.text()} (${message.location().url})`);
    })
    .on('weberror', (error) => add(String(error.error())));
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  portal: [
    async ({}, provide) => {
      await provide(JSON.parse(process.env[portalVariable] ?? 'null') as PortalFacts);
    },
    { scope: 'worker' },
  ],
  firstAdmin: [
    async ({ portal }, provide) => {
      const { email, password } = portal;
      await provide({ email, password, session: await startSession(portal, { email, password }) });
    },
    { scope: 'worker' },
  ],
  seeded: [
    async ({ portal }, provide) => {
      await provide(await seedCompany(portal));
    },
    { scope: 'worker' },
  ],
  company: async ({ portal }, provide) => {
    await provide(await createCompany(portal));
  },
  baseURL: async ({ portal }, provide) => {
    await provide(portal.url);
  },
  open: async ({ browser, baseURL }, provide) => {
    const problems: string[] = [];
    const pages: Page[] = [];
    await provide(async ({ as, expected, ...options } = {}) => {
      const context = await browser.newContext({ baseURL, ...options, storageState: as?.session });
      const page = await context.newPage();
      collectProblems(page, expected, problems);
      pages.push(page);
      return page;
    });
    for (const page of pages) await page.context().close();
    expect(problems, 'what the browser complained about').toEqual([]);
  },
});

export { expect };
