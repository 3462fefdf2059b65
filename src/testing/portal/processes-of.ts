import { spawnSync } from 'node:child_process';

/** Returns the processes that mention a portal's folder, except the caller's. */
export function processesOf(folder: string): string[] {
  const list = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).stdout.split('\n');
  return list.filter((line) => line.includes(folder) && !line.includes(' ps '));
}
