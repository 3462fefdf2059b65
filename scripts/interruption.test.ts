import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'vitest';
import { until } from '#testing/until.ts';

const address = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

/** A program with a folder and a child that ends on SIGINT or ignores it. */
async function start(childSource: string) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc-portal-interruption-'));
  const source = `
    import { spawn } from 'node:child_process';
    import { Interruption } from ${address('interruption.mjs')};
    const interruption = new Interruption(${JSON.stringify(folder)});
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(childSource)}], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    interruption.follow(child);
    child.stdout.once('data', () => process.stdout.write(String(child.pid)));`;
  const program = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  program.stdout.on('data', (chunk) => (output += String(chunk)));
  const exit = new Promise<number | null>((resolve) => program.once('close', resolve));
  return { folder, program, exit, childPid: Number(await until(() => output)) };
}

const interrupt = (program: ChildProcess) => program.kill('SIGINT');
const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe.skipIf(process.platform === 'win32').concurrent('ending npm test', () => {
  test('lets its runners clean up, although one Ctrl-C arrives twice', async ({ expect }) => {
    const cleaned = path.join(os.tmpdir(), `tc-portal-cleaned-${process.pid}`);
    const { folder, program, exit, childPid } = await start(`
      const cleanUp = () => { fs.writeFileSync(${JSON.stringify(cleaned)}, ''); process.exit(); };
      process.on('SIGINT', () => setTimeout(cleanUp, 500));
      setInterval(() => {}, 1000);
      console.log('ready');`);
    interrupt(program);
    interrupt(program);
    expect(await exit).toBe(130);
    expect([isRunning(childPid), fs.existsSync(folder)]).toEqual([false, false]);
    fs.rmSync(cleaned);
  });

  test('exits at once on a second signal, and leaves neither process, database nor folder', async ({
    expect,
  }) => {
    const { folder, program, exit, childPid } = await start(`
      process.on('SIGINT', () => {});
      setInterval(() => {}, 1000);
      console.log('ready');`);
    const database = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    fs.mkdirSync(path.join(folder, 'portal', 'database'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'portal', 'database', 'postmaster.pid'), `${database.pid}\n`);
    const askedMs = performance.now();
    const asking = setInterval(() => interrupt(program), 200);
    expect(await exit).toBe(130);
    clearInterval(asking);
    expect(performance.now() - askedMs).toBeLessThan(14_000);
    await until(() => !isRunning(childPid) && database.signalCode === 'SIGQUIT');
    expect(fs.existsSync(folder)).toBe(false);
  });
});
