// @ts-check
// Finds a Chromium for the browser tests, or installs one.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { projectFolder, run } from './prepare.mjs';

function candidates() {
  const { env, platform } = process;
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(
      (root) => root !== undefined,
    );
    const programs = [
      ['Google', 'Chrome', 'Application', 'chrome.exe'],
      ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
    ];
    return roots.flatMap((root) => programs.map((parts) => path.join(root, ...parts)));
  }
  const names = [
    'chromium-headless-shell',
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    'microsoft-edge-stable',
  ];
  const folders = [...new Set([...(env.PATH ?? '').split(path.delimiter), '/usr/bin', '/snap/bin'])].filter(
    Boolean,
  );
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
}

/** Whether Playwright's own browser, of the version it needs, is installed. */
async function hasOwn() {
  const { chromium } = await import('@playwright/test');
  return chromium.launch().then(
    (browser) => browser.close().then(() => true),
    () => false,
  );
}

const systems = () => candidates().find((file) => fs.existsSync(file)) ?? null;

const canInstallDebians = () =>
  process.platform === 'linux' && process.getuid?.() === 0 && fs.existsSync('/usr/bin/apt-get');

async function installDebians() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = ['ignore', 'ignore', 'inherit'];
  const install = ['install', '-y', '-q', '--no-install-recommends'];
  await run('apt-get', ['update', '-q'], { stdio, env });
  const code = await run('apt-get', [...install, 'chromium-headless-shell'], { stdio, env });
  // Older releases and other distributions have only the full browser.
  if (code !== 0 && !systems()) await run('apt-get', [...install, 'chromium'], { stdio, env });
}

async function installOwn() {
  const playwright = path.join(projectFolder, 'node_modules', '@playwright', 'test', 'cli.js');
  await run(process.execPath, [playwright, 'install', '--only-shell', 'chromium'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' },
    timeout: 300_000,
  });
}

/**
 * Finds the browser to launch: no path means Playwright's own, null that no browser is available. Headless browsers
 * such as Playwright's own come first: a full browser opens a window for each page, and the tests need three times as
 * long.
 * @returns {Promise<{ executablePath?: string } | null>}
 */
export async function findBrowser() {
  const chosen = process.env.PLAYWRIGHT_CHROMIUM;
  if (chosen) return fs.existsSync(chosen) ? { executablePath: chosen } : null;
  if (await hasOwn()) return {};
  const found = systems();
  if (found && (/headless-shell/.test(found) || !canInstallDebians())) return { executablePath: found };
  process.stdout.write('Installing a browser for the tests …\n');
  if (canInstallDebians()) await installDebians();
  const installed = systems();
  if (installed) return { executablePath: installed };
  await installOwn();
  return (await hasOwn()) ? {} : null;
}
