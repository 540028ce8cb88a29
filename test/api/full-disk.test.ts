import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createServer } from '@davit/server';
import { expect, test } from 'vitest';
import { PASSWORD, serveConfig } from './server.ts';

/** A disk of a few megabytes; only root can make one. */
async function smallDisk(): Promise<
  AsyncDisposable & { path: string; resize(megabytes: number): void }
> {
  const path = await mkdtemp(join(tmpdir(), 'davit-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'davit-test', path]);
  return {
    path,
    resize: (megabytes) => void execFileSync('mount', ['-o', `remount,size=${megabytes}m`, path]),
    async [Symbol.asyncDispose]() {
      execFileSync('umount', ['--lazy', path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}

function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'davit-test', '/mnt'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

// anybody else: run as root, in a place where tmpfs can be mounted
test.skipIf(!canMount())(
  'a full disk fails what it must, loses nothing, and is over when there is room again',
  { timeout: 60_000 },
  async () => {
    await using disk = await smallDisk();
    const server = await createServer(serveConfig(disk.path));
    try {
      await server.records.superusers.create('root@example.com', PASSWORD);
      const ask = client(server.url);
      await ask.signIn();
      await ask.json('POST', 'collections', {
        ...{ name: 'notes', type: 'base', listRule: '', viewRule: '' },
        fields: [
          { name: 'text', type: 'text', max: 1_000_000 },
          { name: 'file', type: 'file', maxSize: 10_000_000 },
        ],
      });
      const { kept, failed } = await fill(ask);
      expect(failed.length).toBeGreaterThanOrEqual(20);
      expect(failed.filter((status) => status < 500)).toEqual([]);

      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(9_000_000)]), 'large.bin');
      expect((await ask.form('collections/notes/records', form)).status).toBeGreaterThanOrEqual(
        500,
      );

      // it still reads, and knows what it has promised
      expect((await ask.json('GET', 'health')).status).toBe(200);
      const [first] = kept;
      expect((await ask.json('GET', `collections/notes/records/${first}`)).status).toBe(200);
      expect(await ids(ask)).toEqual(new Set(kept));

      disk.resize(64);
      const after = await ask.json('POST', 'collections/notes/records', { text: 'room again' });
      expect(after.status).toBe(200);
      expect((await ask.form('collections/notes/records', form)).status).toBe(200);
    } finally {
      await server.close();
    }
    const database = new DatabaseSync(join(disk.path, 'data.db'));
    const check = database.prepare('PRAGMA integrity_check').get();
    expect(check).toEqual({ integrity_check: 'ok' });
    database.close();
  },
);

/** Writes until it has been refused for a while. */
async function fill(ask: Client): Promise<{ kept: string[]; failed: number[] }> {
  const kept: string[] = [];
  const failed: number[] = [];
  for (let round = 0; round < 200 && failed.length < 20; round++) {
    const text = String(round).padEnd(50_000, 'x');
    const four = [1, 2, 3, 4].map(() => ask.json('POST', 'collections/notes/records', { text }));
    for (const { status, body } of await Promise.all(four)) {
      if (status === 200) kept.push(body.id as string);
      else failed.push(status);
    }
  }
  return { kept, failed };
}

async function ids(ask: Client): Promise<Set<string>> {
  const path = 'collections/notes/records?perPage=1000&skipTotal=1&fields=id';
  const { body } = await ask.json('GET', path);
  return new Set((body.items as { id: string }[]).map(({ id }) => id));
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}
interface Client {
  signIn(): Promise<void>;
  json(method: string, path: string, body?: object): Promise<Answer>;
  form(path: string, body: FormData): Promise<Answer>;
}

function client(url: string): Client {
  let token = '';
  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const headers = { ...(init.headers as object), authorization: token };
    const response = await fetch(`${url}/api/${path}`, { ...init, headers });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const json: Client['json'] = (method, path, body) =>
    send(path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  return {
    json,
    form: (path, body) => send(path, { method: 'POST', body }),
    async signIn() {
      const identity = { identity: 'root@example.com', password: PASSWORD };
      const { body } = await json('POST', 'collections/_superusers/auth-with-password', identity);
      token = body.token as string;
    },
  };
}
