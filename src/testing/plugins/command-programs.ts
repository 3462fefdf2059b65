import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A program for the command plugin, and the allow-list that lets it run. */
export interface CommandProgram {
  readonly program: string;
  readonly args: string;
  readonly allowlist: string;
}

const escapeForPattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

// A program survives a killed worker, and would survive an interrupted test.
const endWithParent = `{ const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(), 500).unref(); }
`;

/** Creates a folder for programs of the command plugin. */
export class CommandPrograms {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal worker '));

  write(name: string, source: string): CommandProgram {
    const file = path.join(this.folder, name);
    fs.writeFileSync(file, source + endWithParent);
    const allowlist = JSON.stringify([
      { program: process.execPath, arguments: [escapeForPattern(file), '\\d+'] },
    ]);
    return { program: process.execPath, args: file, allowlist };
  }

  /** Adds a program that runs until it is stopped. */
  writeSleeper(): CommandProgram {
    return this.write('sleep.mjs', `console.log('started'); setTimeout(() => {}, 600000);`);
  }

  delete(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
