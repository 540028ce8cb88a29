import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SnapshotSource } from '@davit/domain';
import { expect, onTestFinished, test } from 'vitest';
import { ZipFile } from 'yazl';
import { createBackupStore } from './backup-store.ts';
import { TEMPORARY } from './directory-files.ts';

/** Whether the databases are sound is the database's own test. */
const databases: SnapshotSource = {
  snapshot: (folder) => writeFile(join(folder, 'data.db'), 'copy'),
  verify: () => Promise.resolve(),
};

interface Piece {
  name: string;
  content?: string;
  mode?: number;
}

/** With `alter` bytes are changed that the writer would refuse to write. */
async function zipOf(pieces: Piece[], alter = (zip: Buffer): Buffer => zip) {
  const directory = await mkdtemp(join(tmpdir(), 'davit-hostile-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, 'backups', 'one.zip');
  await mkdir(dirname(path));
  const zip = new ZipFile();
  for (const { name, content = 'x', mode } of pieces) {
    zip.addBuffer(Buffer.from(content), name, mode === undefined ? {} : { mode });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  await writeFile(path, alter(await readFile(path)));
  await writeFile(join(directory, 'data.db'), 'present');
  return directory;
}

/** The same length, in the local header and in the list. */
function rename(from: string, to: string): (zip: Buffer) => Buffer {
  return (zip) => Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
}

/** Says of the only entry that it is so large. */
function claim(size: number): (zip: Buffer) => Buffer {
  return (zip) => {
    const list = zip.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
    zip.writeUInt32LE(size, list + 24);
    return zip;
  };
}

const LINK = 0o120777;
const DATA: Piece = { name: 'data.db', content: 'new' };

test.each<[string, Piece[], ((zip: Buffer) => Buffer)?]>([
  ['a path above the folder', [DATA, { name: 'ab/evil' }], rename('ab/evil', '../evil')],
  ['an absolute path', [DATA, { name: 'aevil' }], rename('aevil', '/evil')],
  ['a path of Windows', [DATA, { name: 'a_b_c' }], rename('a_b_c', '..\\b_')],
  ['a symbolic link', [DATA, { name: 'storage', content: '/etc', mode: LINK }]],
  ['a device', [DATA, { name: 'storage', content: '', mode: 0o060644 }]],
  ['a file twice', [DATA, DATA]],
  ['a file as a folder', [DATA, { name: 'data.db/more' }]],
  ['more than it can hold', [{ name: 'data.db', content: 'x'.repeat(50) }], claim(4_000_000_000)],
  ['another size than it has', [{ name: 'data.db', content: 'x'.repeat(50) }], claim(40)],
  ['no database', [{ name: 'other.txt' }]],
  ['nothing', []],
  ['no zip', [DATA], () => Buffer.from('no zip at all')],
  ['half a zip', [DATA], (zip) => zip.subarray(0, zip.length / 2)],
])('a zip with %s is not unpacked, and leaves nothing behind', async (_name, pieces, alter) => {
  const directory = await zipOf(pieces, alter);
  const store = createBackupStore({ directory, databases });
  await expect(store.stage('one.zip')).rejects.toMatchObject({ code: 'invalid' });
  expect((await readdir(directory)).sort()).toEqual([TEMPORARY, 'backups', 'data.db']);
  expect(await readdir(join(directory, TEMPORARY))).toEqual([]);
  expect(await readFile(join(directory, 'data.db'), 'utf8')).toBe('present');
});

test('a zip that is none of this is unpacked', async () => {
  const directory = await zipOf([DATA, { name: 'storage/a/b.txt' }]);
  const folder = await createBackupStore({ directory, databases }).stage('one.zip');
  expect(await readFile(join(folder, 'storage/a/b.txt'), 'utf8')).toBe('x');
});

test('an upload is read whole before it is kept', async () => {
  const directory = await zipOf([DATA]);
  const store = createBackupStore({ directory, databases });
  const bytes = await readFile(join(directory, 'backups', 'one.zip'));
  await store.add('two.zip', one(bytes));
  await expect(store.add('two.zip', one(bytes))).rejects.toMatchObject({ code: 'conflict' });
  await expect(store.add('three.zip', one(bytes.subarray(5)))).rejects.toMatchObject({
    code: 'invalid',
  });
  expect((await store.list()).map(({ key }) => key)).toEqual(['one.zip', 'two.zip']);
});

// eslint-disable-next-line @typescript-eslint/require-await -- as a request's body comes
async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
