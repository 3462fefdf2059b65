import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { StartProblem } from '#server/start-problem.ts';

const require = createRequire(import.meta.url);
const blockSize = 512;

function* readTar(tar: Buffer): Generator<{ name: string; body: Buffer }> {
  for (let at = 0; at + blockSize <= tar.length;) {
    const header = tar.subarray(at, at + blockSize);
    const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '');
    if (name === '') return;
    const size = Number.parseInt(header.toString('ascii', 124, 136), 8);
    yield { name, body: tar.subarray(at + blockSize, at + blockSize + size) };
    at += blockSize + Math.ceil(size / blockSize) * blockSize;
  }
}

/** Copies the files of the pgmq extension to this PostgreSQL's extension folder. Does nothing the second time. */
export function installPgmq(extensionFolder: string): void {
  const packageEntry = require.resolve('@electric-sql/pglite-pgmq');
  const archive = path.join(path.dirname(packageEntry), 'pgmq.tar.gz');
  const files = [...readTar(gunzipSync(fs.readFileSync(archive)))]
    .map(({ name, body }) => ({ name: path.posix.basename(name), body }))
    .filter(({ name }) => name === 'pgmq.control' || /^pgmq--[\d.]+\.sql$/.test(name));
  // The control file makes the extension visible, so it comes last.
  files.sort((a, b) => Number(a.name === 'pgmq.control') - Number(b.name === 'pgmq.control'));
  for (const { name, body } of files) {
    const target = path.join(extensionFolder, name);
    if (fs.existsSync(target) && fs.readFileSync(target).equals(body)) continue;
    const unfinished = `${target}.${process.pid}`;
    try {
      fs.writeFileSync(unfinished, body, { mode: 0o644 });
      fs.renameSync(unfinished, target);
    } catch {
      fs.rmSync(unfinished, { force: true });
      throw new StartProblem(
        `The queue extension must be copied into node_modules once, but this user cannot write there: run npm start once as the user who owns the folder.`,
        `node_modules に書き込めないため、キューの拡張機能をインストールできません。フォルダーの所有者で一度 npm start を実行してください。`,
      );
    }
  }
}
