import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createAvatarFetcher,
  createOAuth2Providers,
  createPasswordHasher,
  createSecretBox,
  createTokenSigner,
} from '@davit/auth';
import type { MeasuredHasher, PasswordScheme } from '@davit/auth';
import type { FileStore, Logger } from '@davit/domain';
import {
  createChosenFileStore,
  createFileJournal,
  createLocalFileStore,
  testBucket,
} from '@davit/files';
import { createFolderOutbox, createMailer } from '@davit/mail';
import { commandLine, openRecords, viewFields } from '@davit/records';
import type { Records, RecordsOptions } from '@davit/records';
import { openDatabase } from '@davit/sqlite';
import type { SqliteDatabase } from '@davit/sqlite';
import type { DirectoryConfig, PasswordHash } from './config.ts';
import { measuredMailer } from './measured-mailer.ts';
import type { MeasuredMailer } from './measured-mailer.ts';

/** Registers hook handlers. */
export type RegisterHandlers = NonNullable<RecordsOptions['register']>;

/** PocketBase knows nothing of it, and backups leave it out: nobody wants old mail again. */
const OUTBOX = '.davit_outbox';

/** The data directory with its records; the same for the server and for commands. */
export interface Directory {
  database: SqliteDatabase;
  records: Records;
  files: FileStore;
  hasher: MeasuredHasher;
  mailer: MeasuredMailer;
  close(): Promise<void>;
}

/** Opens the directory and creates it where it is missing. Errors: `unavailable`, `invalid`. */
export async function openDirectory(
  config: DirectoryConfig,
  logger: Logger,
  register?: RegisterHandlers,
): Promise<Directory> {
  const { encryptionKey } = config;
  const settingsBox =
    encryptionKey === undefined ? undefined : createSecretBox(Buffer.from(encryptionKey, 'utf8'));
  const database = await openDatabase({
    ...(config.queryTimeoutMs !== undefined && { queryTimeoutMs: config.queryTimeoutMs }),
    directory: config.dir,
    readers: config.readers,
    synchronous: config.sync,
    upgrade: { viewFields, ...(settingsBox && { settingsBox }) },
    ...scripts(),
  });
  if (database.upgrades.length > 0) {
    const migrations = database.upgrades;
    logger.log('info', 'the directory of an older PocketBase was brought up to date', {
      migrations,
    });
  }
  const opened: { records?: Records } = {}; // they have the settings, and need the files
  const files = createChosenFileStore(createLocalFileStore(join(config.dir, 'storage')), () => {
    const s3 = opened.records?.settings.current.s3;
    return s3?.enabled === true ? s3 : undefined;
  });
  const hasher = createPasswordHasher({ scheme: schemeOf(config.passwordHash, database.origin) });
  const mailer = measuredMailer(
    createMailer({ logger, outbox: createFolderOutbox(join(config.dir, OUTBOX)) }),
  );
  const records = await openRecords({
    store: database,
    hasher,
    tokens: createTokenSigner(),
    files,
    journal: createFileJournal(join(config.dir, '.davit_files')),
    logger,
    mailer,
    providers: createOAuth2Providers(
      config.idTokenLeeway === undefined ? {} : { leewaySeconds: config.idTokenLeeway },
    ),
    fetchAvatar: createAvatarFetcher(),
    testBucket,
    ...(settingsBox && { settingsBox }),
    ...(register && { register }),
  });
  opened.records = records;
  if (database.upgrades.length > 0) {
    const detail = { migrations: [...database.upgrades] };
    await records.audit.note(commandLine(), { action: 'directory.upgrade', detail });
  }
  return {
    database,
    records,
    files,
    hasher,
    mailer,
    async close() {
      await records.close();
      await database.close();
    },
  };
}

/** PocketBase must be able to take back the directories it made, with their passwords. */
function schemeOf(choice: PasswordHash, origin: SqliteDatabase['origin']): PasswordScheme {
  if (choice !== 'auto') return choice;
  return origin === 'pocketbase' ? 'bcrypt' : 'argon2id';
}

/** In the bundle the scripts of threads and processes are files of their own. */
export function scripts(): {
  readerUrl?: URL;
  consoleUrl?: URL;
  snapshotUrl?: URL;
  packScript?: URL;
} {
  const names = ['reader.js', 'console-process.js', 'snapshot-process.js', 'pack-process.js'];
  const [readerUrl, consoleUrl, snapshotUrl, packScript] = names.map(bundled);
  return {
    ...(packScript && { packScript }),
    ...(readerUrl && { readerUrl }),
    ...(consoleUrl && { consoleUrl }),
    ...(snapshotUrl && { snapshotUrl }),
  };
}

function bundled(name: string): URL | undefined {
  const places = [`./${name}`, `../${name}`].map((path) => new URL(path, import.meta.url));
  return places.find((url) => existsSync(url));
}
