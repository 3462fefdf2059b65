import { spawnSync } from 'node:child_process';

const names = process.platform === 'win32' ? ['py', 'python'] : ['python3', 'python'];

/** The Python of this machine, or null. */
export const python =
  names.find((name) => spawnSync(name, ['--version'], { windowsHide: true }).status === 0) ?? null;
