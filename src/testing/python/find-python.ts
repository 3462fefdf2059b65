import { spawnSync } from 'node:child_process';

const names = process.platform === 'win32' ? ['py', 'python'] : ['python3', 'python'];

/** Returns this machine's Python, or null. */
export const python =
  names.find((name) => spawnSync(name, ['--version'], { windowsHide: true }).status === 0) ?? null;
