import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { projectFolder, takeTurn } from './prepare.mjs';

test.skipIf(process.platform === 'win32')(
  'an interrupted installation returns to the prompt only after npm has rolled it back',
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
    expect(code).toBe(130);
    expect(output.split('\n')).toEqual(expect.arrayContaining(['installing', 'put back']));
    expect(output).not.toContain('goes on');
  },
);

test.skipIf(process.platform === 'win32')(
  'a portal is stopped when its npm is, although the shell between them does not pass the signal on',
  async () => {
    const address = pathToFileURL(path.join(projectFolder, 'scripts', 'prepare.mjs')).href;
    const work = `import(${JSON.stringify(address)}).then(({ onCurrentNode }) => onCurrentNode(() => new Promise((resolve) => {
      process.on('SIGTERM', () => { console.log('told'); resolve(0); });
      console.log('works'); setInterval(() => {}, 1000);
    })));`;
    // The second command keeps the shell running between us, as npm's shell does.
    const shell = spawn('sh', ['-c', '"$NODE" -e "$WORK"; true'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, npm_lifecycle_event: 'start', NODE: process.execPath, WORK: work },
    });
    let output = '';
    shell.stdout.on('data', (chunk) => {
      output += String(chunk);
      if (output.endsWith('works\n')) shell.kill('SIGTERM');
    });
    await new Promise((resolve) => shell.once('close', resolve));
    expect(output).toMatch(/works\ntold\n$/);
  },
);

test('two starts at once install one after the other, and a killed one does not block others', async () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal turn ')), 'installing');
  const order: string[] = [];
  const letNext = await takeTurn(file, () => order.push('first waits'));
  const second = takeTurn(file, () => order.push('second waits')).then((done) => {
    order.push('second');
    done();
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  order.push('first ends');
  letNext();
  await second;
  expect(order).toEqual(['second waits', 'first ends', 'second']);

  const killed = spawnSync(process.execPath, ['-e', '0']);
  fs.writeFileSync(file, String(killed.pid));
  (await takeTurn(file, () => order.push('third waits')))();
  expect(order).toHaveLength(3);
  fs.rmSync(path.dirname(file), { recursive: true });
  await expect(takeTurn(file, () => {})).rejects.toThrow(/^The packages cannot be installed into /);
});
