// @ts-check
// Run after every `npm install <package>`: adds optional packages of other platforms to our lock files if the registry did
// not offer them. Without them `npm ci` refuses a file, and other platforms would lack packages.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ version?: string, optional?: boolean, dev?: boolean, os?: string[], cpu?: string[], libc?: string[], optionalDependencies?: Record<string, string> }} LockedPackage */

/** Relative to the project's folder. */
export const lockFiles = ['package-lock.json', 'scripts/bench/package-lock.json'];

const systems = {
  darwin: 'darwin',
  linux: 'linux',
  win32: 'win32',
  windows: 'win32',
  android: 'android',
  freebsd: 'freebsd',
  openbsd: 'openbsd',
  netbsd: 'netbsd',
  sunos: 'sunos',
  aix: 'aix',
  openharmony: 'openharmony',
  wasm32: '',
  wasi: '',
};
const processors = {
  arm64: 'arm64',
  x64: 'x64',
  ia32: 'ia32',
  arm: 'arm',
  armv7: 'arm',
  ppc64: 'ppc64',
  ppc64le: 'ppc64',
  s390x: 's390x',
  riscv64: 'riscv64',
  loong64: 'loong64',
  wasm32: 'wasm32',
};

/** @param {string} name @returns {Pick<LockedPackage, 'os' | 'cpu' | 'libc'>} the platform according to the package's name */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const find = (/** @type {Record<string, string>} */ known) =>
    words.map((word) => known[word]).find(Boolean);
  const os = find(systems);
  const cpu = find(processors);
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : os === 'linux' && words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(libc ? { libc: [libc] } : {}), ...(os ? { os: [os] } : {}) };
}

/**
 * Finds optional packages that the lock file's packages name but that are missing from it.
 * @param {Record<string, LockedPackage>} packages
 */
export function findMissingPackages(packages) {
  return Object.entries(packages).flatMap(([at, locked]) =>
    Object.entries(locked.optionalDependencies ?? {})
      .filter(([name]) => {
        for (
          let folder = at;
          ;
          folder = folder.slice(0, folder.lastIndexOf('node_modules/')).replace(/\/$/, '')
        ) {
          if (packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return false;
          if (!folder) return true;
        }
      })
      .map(([name, range]) => ({
        name,
        version: range.replace(/^[\^~]/, ''),
        isDevelopment: locked.dev === true,
      })),
  );
}

/** @param {string} file */
function complete(file) {
  const before = readFileSync(file, 'utf8');
  const lock = JSON.parse(before);
  const missing = findMissingPackages(lock.packages);
  for (const { name, version, isDevelopment } of missing) {
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(isDevelopment ? { dev: true } : {}),
      optional: true,
    };
  }
  const [root, ...others] = Object.entries(lock.packages);
  others.sort(([one], [two]) => (one < two ? -1 : 1));
  lock.packages = Object.fromEntries([/** @type {[string, unknown]} */ (root), ...others]);
  const after = `${JSON.stringify(lock, null, 2)}\n`;
  // A newer lock file means that packages must be installed.
  if (after !== before) writeFileSync(file, after);
  return missing.length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const file of lockFiles) {
    const added = complete(path.join(import.meta.dirname, '..', file));
    process.stdout.write(`${file}: ${added} packages added\n`);
  }
}
