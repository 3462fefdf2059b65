import { spawnSync } from 'node:child_process';

/** Processes that mention a portal's folder, other than the one that asks. */
export function processesOf(folder: string): string[] {
  const list = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).stdout.split('\n');
  return list.filter((line) => line.includes(folder) && !line.includes(' ps '));
}
