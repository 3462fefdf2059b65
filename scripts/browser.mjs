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

async function playwrightsOwn() {
  const { chromium } = await import('@playwright/test');
  const file = chromium.executablePath();
  return fs.existsSync(file) ? file : null;
}

const systems = () => candidates().find((file) => fs.existsSync(file)) ?? null;

/**
 * The browser's program, or null when none could be had.
 * @returns {Promise<string | null>}
 */
export async function findBrowser() {
  const chosen = process.env.PLAYWRIGHT_CHROMIUM;
  if (chosen) return fs.existsSync(chosen) ? chosen : null;
  const found = (await playwrightsOwn()) ?? systems();
  if (found) return found;
  process.stdout.write('Installing a browser for the tests …\n');
  const playwright = path.join(projectFolder, 'node_modules', '@playwright', 'test', 'cli.js');
  await run(process.execPath, [playwright, 'install', 'chromium'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' },
    timeout: 300_000,
  });
  const installed = await playwrightsOwn();
  if (installed) return installed;
  if (process.platform === 'linux' && process.getuid?.() === 0 && fs.existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    /** @type {import('node:child_process').StdioOptions} */
    const stdio = ['ignore', 'ignore', 'inherit'];
    await run('apt-get', ['update', '-q'], { stdio, env });
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { stdio, env });
  }
  return systems();
}
