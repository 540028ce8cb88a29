import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPasswordHasher, createTokenSigner } from '@davit/auth';
import type { Logger, OAuth2Providers } from '@davit/domain';
import { createBackupStore, createLocalFileStore, createThumbnails } from '@davit/files';
import { createApp } from '@davit/http';
import { createMailer } from '@davit/mail';
import { HOOK_NAMES, openMaintenance, openRecords } from '@davit/records';
import type { FetchAvatar, HookName, Maintenance, Records } from '@davit/records';
import { createSnapshots, LogDatabase, openDatabase } from '@davit/sqlite';
import { Router } from 'express';
import { FIXTURE } from './pocketbase-replay.ts';
import { applySetup } from './pocketbase-setup.ts';
import type { SetupStep } from './pocketbase-setup.ts';

export interface HostOptions {
  /** changes to the directory before it is opened */
  setup: readonly SetupStep[];
  providers?: OAuth2Providers;
  fetchAvatar?: FetchAvatar;
}

/** A program of its own that embeds the records and their API: no server package, its own routes and handlers. */
export interface Host extends AsyncDisposable {
  url: string;
  records: Records;
  maintenance: Maintenance;
  routes: Router;
  /** how often each hook ran since the last `reset` */
  ran: Map<HookName, number>;
  reset(): void;
}

const SILENT: Logger = { log: () => undefined, with: () => SILENT };

/** On a fresh copy of PocketBase's test directory; counts every hook. */
export async function openHost(options: HostOptions): Promise<Host> {
  const opened = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'davit-host-'));
  opened.defer(() => rm(dir, { recursive: true, force: true }));
  await cp(new URL('data', FIXTURE), dir, { recursive: true });
  await applySetup(dir, options.setup);
  const database = await openDatabase({ directory: dir, readers: 0, platform: 'off' });
  opened.defer(() => database.close());
  const ran = new Map<HookName, number>();
  const files = createLocalFileStore(join(dir, 'storage'));
  const records = await openRecords({
    store: database,
    hasher: createPasswordHasher({ scheme: 'bcrypt' }),
    tokens: createTokenSigner(),
    files,
    logger: SILENT,
    mailer: createMailer({ logger: SILENT }),
    ...(options.providers && { providers: options.providers }),
    ...(options.fetchAvatar && { fetchAvatar: options.fetchAvatar }),
    register: (hooks) => countAll(hooks, ran),
  });
  opened.defer(() => records.close());
  const logs = new LogDatabase({ directory: dir, threaded: false });
  opened.defer(() => logs.close());
  const databases = createSnapshots({ directory: dir });
  const maintenance = await openMaintenance({
    records,
    database,
    logs,
    backups: createBackupStore({ directory: dir, databases }),
    logger: SILENT,
  });
  opened.defer(() => maintenance.close());
  const routes = Router();
  const thumbnails = createThumbnails({ files, logger: SILENT });
  const app = createApp({ records, maintenance, files, thumbnails, logger: SILENT, routes });
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  opened.defer(async () => {
    await records.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    records,
    maintenance,
    routes,
    ran,
    reset: () => ran.clear(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Outermost, so that what other handlers stop is counted too. */
function countAll(hooks: Records['hooks'], ran: Map<HookName, number>): void {
  for (const name of HOOK_NAMES) {
    const register = hooks[name] as (
      handler: (event: { next(): unknown }) => unknown,
      options: { priority: number },
    ) => string;
    register(
      (event) => {
        ran.set(name, (ran.get(name) ?? 0) + 1);
        return event.next();
      },
      { priority: -1000 },
    );
  }
}
