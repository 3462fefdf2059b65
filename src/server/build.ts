import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogFile } from '#server/log-file.ts';
import { takeLock } from '#server/portal-folder.ts';
import { projectFolder } from '#server/settings.ts';
import { StartProblem } from '#server/start-problem.ts';

const sources = [
  'public',
  'src',
  'package.json',
  'package-lock.json',
  'next.config.mjs',
  'postcss.config.mjs',
  'tailwind.config.ts',
  'tsconfig.json',
];
const notInPages = new Set(['server', 'testing', 'worker'].map((name) => path.join('src', name)));

function* filesBelow(relative: string): Generator<string> {
  const full = path.join(projectFolder, relative);
  if (notInPages.has(relative) || !fs.existsSync(full)) return;
  if (!fs.statSync(full).isDirectory()) {
    if (!/\.test\.tsx?$/.test(relative)) yield relative;
    return;
  }
  for (const name of fs.readdirSync(full).sort()) yield* filesBelow(path.join(relative, name));
}

function fingerprint(): string {
  const hash = createHash('sha256').update(process.version);
  for (const source of sources) {
    for (const file of filesBelow(source)) {
      hash
        .update(`\0${file.replaceAll(path.sep, '/')}\0`)
        .update(fs.readFileSync(path.join(projectFolder, file)));
    }
  }
  return hash.digest('hex');
}

const noteFile = path.join(projectFolder, '.next', 'tc-portal-build.txt');

function isBuilt(wanted: string): boolean {
  return (
    fs.existsSync(path.join(projectFolder, '.next', 'BUILD_ID')) &&
    fs.existsSync(noteFile) &&
    fs.readFileSync(noteFile, 'utf8') === wanted
  );
}

/** The environment of Next. Values for the pages are read at run time, so that portals can share one build. */
export function nextEnvironment(
  environment: Record<string, string | undefined>,
  mode: 'development' | 'production',
): NodeJS.ProcessEnv {
  return {
    ...environment,
    NODE_ENV: mode,
    NEXT_TELEMETRY_DISABLED: '1',
    // Otherwise Next would read .env.local of the project folder, which may belong to another portal.
    __NEXT_PROCESSED_ENV: 'true',
  };
}

function buildEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('NEXT_PUBLIC_'));
  return { ...nextEnvironment(Object.fromEntries(kept), 'production'), PORTAL_SKIP_TYPES: '1' };
}

/** Builds the pages unless the existing build has the same sources. Returns whether it built. */
export async function buildPages(
  log: LogFile,
  onProgress: (seconds: number) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const cache = path.join(projectFolder, 'node_modules', '.cache');
  if (isBuilt(fingerprint())) return false;
  fs.mkdirSync(cache, { recursive: true });
  const startedAt = Date.now();
  const ticker = setInterval(() => onProgress(Math.round((Date.now() - startedAt) / 1_000)), 10_000);
  const lockFile = path.join(cache, 'tc-portal-build.lock');
  let lock = takeLock(lockFile);
  try {
    while (!lock) {
      await sleep(300, undefined, { signal });
      lock = takeLock(lockFile);
    }
    const wanted = fingerprint();
    if (isBuilt(wanted)) return false;
    fs.rmSync(noteFile, { force: true });
    let tail = '';
    const code = await new Promise<number | null>((resolve, reject) => {
      const next = path.join(projectFolder, 'node_modules', 'next', 'dist', 'bin', 'next');
      const child = spawn(process.execPath, [next, 'build'], {
        cwd: projectFolder,
        env: buildEnvironment(),
        stdio: ['ignore', 'pipe', 'pipe'],
        signal,
        windowsHide: true,
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk) => {
          tail = (tail + String(chunk)).slice(-6_000);
          log.write(String(chunk));
        });
      }
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) {
      const lines = tail.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
      throw new StartProblem(
        `The pages could not be built. The full output is in ${log.file}:\n${lines.slice(-25).join('\n')}`,
        `ページをビルドできませんでした。詳細は ${log.file} を確認してください。`,
      );
    }
    fs.writeFileSync(noteFile, wanted);
    return true;
  } finally {
    clearInterval(ticker);
    lock?.release();
  }
}
