import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectFolder } from '#server/settings.ts';
import { python } from './find-python.ts';

/** A running program. */
export interface Sender {
  /** Resolves with the time at which the output first contained the text. */
  said: (text: string) => Promise<number>;
  write: (text: string) => void;
  exit: Promise<number | null>;
  output: () => string;
}

/** Runs a Python program in a separate folder, together with our one-file client. */
export function startPython(
  source: string,
  environment: Record<string, string>,
  args: (file: string) => string[] = (file) => [file],
): Sender {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc-portal-sender-'));
  const file = path.join(folder, 'job.py');
  fs.writeFileSync(file, source);
  fs.copyFileSync(
    path.join(projectFolder, 'clients', 'python', 'tc_portal.py'),
    path.join(folder, 'tc_portal.py'),
  );
  const child = spawn(python ?? '', args(file), {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      SystemRoot: process.env.SystemRoot,
      HOME: folder,
      PYTHONUTF8: '1',
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      TC_PORTAL_SPOOL_DIR: path.join(folder, 'spool'),
      ...environment,
    } as unknown as NodeJS.ProcessEnv,
    windowsHide: true,
  });
  let output = '';
  const waiting: { text: string; resolve: (at: number) => void; reject: (error: Error) => void }[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
      for (const { text, resolve } of waiting) if (output.includes(text)) resolve(Date.now());
    });
  }
  const exit = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      fs.rmSync(folder, { recursive: true, force: true });
      for (const { text, reject } of waiting)
        reject(new Error(`It ended and never said ${text}:\n${output}`));
      resolve(code);
    }),
  );
  return {
    said: (text) =>
      new Promise((resolve, reject) => {
        if (output.includes(text)) resolve(Date.now());
        else waiting.push({ text, resolve, reject });
      }),
    write: (text) => void child.stdin.write(text),
    exit,
    output: () => output,
  };
}
