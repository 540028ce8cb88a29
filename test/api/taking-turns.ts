import { createServer } from '@davit/server';
import type { ServeConfig, Server } from '@davit/server';
import { startPocketBase } from './pocketbase-binary.ts';
import { serveConfig } from './server.ts';

/** Runs `use` while Davit serves the directory. */
export async function withDavit<T>(
  dir: string,
  use: (url: string, server: Server) => Promise<T>,
  config: Partial<ServeConfig> = {},
): Promise<T> {
  const server = await createServer({ ...serveConfig(dir), ...config });
  try {
    return await use(server.url, server);
  } finally {
    await server.close();
  }
}

/** The same with the real PocketBase. `key` is for encrypted settings. */
export async function withPocketBase<T>(
  dir: string,
  use: (url: string) => Promise<T>,
  key = '',
): Promise<T> {
  const process = await startPocketBase(dir, key);
  try {
    return await use(process.url);
  } catch (error) {
    throw new Error(`with PocketBase, which said: ${process.output()}`, { cause: error });
  } finally {
    await process.stop();
  }
}
