// @ts-check
// Prepares what every command needs: the packages, and a Node that is new enough. Uses only what Node 18 offers.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const projectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const modules = path.join(projectFolder, 'node_modules');

/** @param {string} folder */
const noteFileIn = (folder) => path.join(folder, 'node_modules', '.tc-portal-installed');

/** @param {string} version */
function numbers(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return { major, minor };
}

/** @param {string} version */
function isNewEnough(version) {
  const { major, minor } = numbers(version);
  return major > 22 || (major === 22 && minor >= 18);
}

/** @param {string} folder */
function lockHash(folder) {
  return createHash('sha256')
    .update(fs.readFileSync(path.join(folder, 'package-lock.json')))
    .digest('hex');
}

/** @param {string} folder */
function isInstalled(folder) {
  if (folder === projectFolder && !fs.existsSync(path.join(modules, 'next', 'package.json'))) return false;
  const noteFile = noteFileIn(folder);
  if (fs.existsSync(noteFile) && fs.readFileSync(noteFile, 'utf8') === lockHash(folder)) return true;
  // Installed manually: npm's own copy of the lock file is newer than ours if it is complete.
  const own = path.join(folder, 'node_modules', '.package-lock.json');
  const lock = path.join(folder, 'package-lock.json');
  return fs.existsSync(own) && fs.statSync(own).mtimeMs >= fs.statSync(lock).mtimeMs - 1_000;
}

/**
 * Runs a program to its end and returns its exit code; on Windows npm is a batch file, which only a shell can start.
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: projectFolder,
      stdio: 'inherit',
      windowsHide: true,
      ...options,
    });
    const letGo = outlive(child, () => {
      process.stdout.write(
        '\nUndoing the installation, then stopping / インストールを取り消してから停止します …\n',
      );
    });
    child.once('error', () => resolve(127));
    child.once('close', (code) => {
      if (letGo()) process.exit(130);
      resolve(code ?? 1);
    });
  });
}

/**
 * Keeps this process running until the other one has ended, whatever signals arrive: npm rolls back an interrupted
 * installation, and the next start must not begin before that. The terminal sends Ctrl-C to both; other signals are
 * passed on.
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => void} [onAsked]
 * @returns {() => boolean} stops waiting, and says whether a signal arrived
 */
function outlive(child, onAsked) {
  let wasAsked = false;
  /** @param {NodeJS.Signals} name */
  const pass = (name) => {
    if (!wasAsked) onAsked?.();
    wasAsked = true;
    if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name);
  };
  const names = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const name of names) process.on(name, pass);
  return () => {
    for (const name of names) process.off(name, pass);
    return wasAsked;
  };
}

/** Finds npm's script, which needs no shell and works with any path. */
export function npmCommand() {
  const ownScript = process.env.npm_execpath;
  const besideNode = [
    path.join(path.dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(path.dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const script = [ownScript, ...besideNode].find(
    (file) => file && /npm-cli\.js$/.test(file) && fs.existsSync(file),
  );
  if (script) return { program: process.execPath, before: [script], options: {} };
  return { program: 'npm', before: [], options: { shell: process.platform === 'win32' } };
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Waits until no other start installs into this folder: two at once would delete each other's files.
 * @param {string} file contains the process id of the one that installs
 * @param {() => void} onWait
 * @returns {Promise<() => void>} releases the folder
 */
export async function takeTurn(file, onWait) {
  for (let isFirst = true; ; isFirst = false) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
        throw new Error(
          `The packages cannot be installed into ${path.dirname(file)} (${String(error)}): free some space, or start as the folder's owner.\n` +
            `${path.dirname(file)} にパッケージをインストールできません。ディスクの空き容量と権限を確認してください。`,
        );
      }
    }
    const pid = Number(fs.existsSync(file) && fs.readFileSync(file, 'utf8'));
    if (!isAlive(pid || process.pid)) fs.rmSync(file, { force: true });
    else if (isFirst) onWait();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/**
 * Installs the packages of package-lock.json unless they are already installed.
 * @param {string} [folder] one with its own packages
 */
export async function ensurePackages(folder = projectFolder) {
  if (numbers(process.version).major < 18) {
    throw new Error(
      `Node ${process.version} is too old: install Node 22 or later from https://nodejs.org and start again.\n` +
        `Node ${process.version} は古いため使用できません。https://nodejs.org から Node 22 以降をインストールしてください。`,
    );
  }
  if (isInstalled(folder)) return;
  const letNext = await takeTurn(path.join(folder, '.installing'), () => {
    process.stdout.write(
      'Waiting for another start that installs the packages / 別の起動でパッケージをインストール中のため、待機しています …\n',
    );
  });
  try {
    if (!isInstalled(folder)) await installPackages(folder);
  } finally {
    letNext();
  }
}

/** @param {string} folder */
async function installPackages(folder) {
  process.stdout.write(
    'Installing the packages; this takes a minute or two / パッケージをインストールしています（1～2分かかります）…\n',
  );
  const { program, before, options } = npmCommand();
  const started = Date.now();
  const ticker = setInterval(() => {
    process.stdout.write(`  … ${Math.round((Date.now() - started) / 1_000)} s\n`);
  }, 15_000);
  const code = await run(program, [...before, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    ...options,
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  clearInterval(ticker);
  if (code !== 0) {
    throw new Error(
      `npm ci failed (exit code ${code}): check the network and the message above, then start again.\n` +
        `パッケージをインストールできませんでした。ネットワークと上のメッセージを確認し、もう一度起動してください。`,
    );
  }
  fs.writeFileSync(noteFileIn(folder), lockHash(folder));
}

/** The Node to continue with: this one, or the one from the packages. */
export function ensureNode() {
  if (isNewEnough(process.version)) return process.execPath;
  const own = ['node.exe', 'node']
    .map((name) => path.join(modules, 'node', 'bin', name))
    .find((file) => fs.existsSync(file));
  if (own) return own;
  throw new Error(
    `Node ${process.version} is too old, and no newer version could be installed: install Node 22.18 or later from https://nodejs.org.\n` +
      `Node ${process.version} は古いため使用できません。https://nodejs.org から Node 22.18 以降をインストールしてください。`,
  );
}

/** npm passes SIGTERM to the shell between us, which ends without passing it on. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const shell = process.ppid;
  setInterval(() => {
    if (process.ppid !== shell) process.emit('SIGTERM', 'SIGTERM');
  }, 500).unref();
}

/** Enables Node's compile cache here and in the processes that we start, so that each starts in half the time. */
function keepCompiled() {
  process.env.NODE_COMPILE_CACHE ??= path.join(modules, '.cache', 'node-compile');
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
}

/**
 * Runs work that needs the packages and a current Node: here, or in a process with such a Node. Ends this process.
 * @param {() => Promise<number>} work
 */
export async function onCurrentNode(work) {
  try {
    endWithNpm();
    await ensurePackages();
    const node = ensureNode();
    if (node !== process.execPath) {
      const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...process.argv.slice(1)], {
        stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      });
      outlive(child);
      child.once('exit', (code) => process.exit(code ?? 1));
      return;
    }
    keepCompiled();
    process.removeAllListeners('warning');
    process.exit(await work());
  } catch (error) {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
