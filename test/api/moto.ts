import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { findOnPath, freePort } from '@davit/testkit';
import { vi } from 'vitest';

const MOTO = process.env.DAVIT_TEST_MOTO ?? findOnPath('moto_server') ?? '';

/** '' where there is an S3 server, else what to do for one. */
export const NO_BUCKET: string = existsSync(MOTO)
  ? ''
  : "no moto_server on PATH, nor in DAVIT_TEST_MOTO (pip install 'moto[server,s3]')";

/** A bucket of a real S3 server. */
export interface Bucket extends AsyncDisposable {
  /** a part of PocketBase's settings */
  readonly settings: Record<string, string | boolean>;
  keys(): Promise<string[]>;
  stop(): Promise<void>;
}

export async function openBucket(name: string): Promise<Bucket> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const storage = spawn(MOTO, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const closed = once(storage, 'close');
  await vi.waitFor(async () => {
    const made = await fetch(`${endpoint}/${name}`, { method: 'PUT' });
    if (!made.ok) throw new Error(`no bucket: ${made.status}`);
  }, 30_000);
  const stop = async (): Promise<void> => {
    storage.kill();
    await closed;
  };
  return {
    settings: {
      enabled: true,
      endpoint,
      bucket: name,
      region: 'us-east-1',
      accessKey: 'key',
      secret: 'secret',
      forcePathStyle: true,
    },
    async keys() {
      const text = await (await fetch(`${endpoint}/${name}?list-type=2`)).text();
      return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
