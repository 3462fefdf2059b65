import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { projectFolder } from './prepare.mjs';

test.skipIf(process.platform === 'win32')(
  'who interrupts an installation gets the prompt back when npm has put back what it had begun',
  async () => {
    const slow = `process.on('SIGTERM', () => setTimeout(() => { console.log('put back'); process.exit(1); }, 300));
      console.log('installing'); setInterval(() => {}, 1000);`;
    const address = pathToFileURL(path.join(projectFolder, 'scripts', 'prepare.mjs')).href;
    const command = `import(${JSON.stringify(address)}).then(({ run }) => run(process.execPath, ['-e', ${JSON.stringify(slow)}]))
      .then(() => console.log('goes on'));`;
    const child = spawn(process.execPath, ['-e', command], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
      if (output === 'installing\n') child.kill('SIGTERM');
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, output }).toEqual({ code: 130, output: 'installing\nput back\n' });
  },
);
