import type { Json, JsonObject, SecretBox } from '@davit/domain';
import { AppError } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { Params } from '../../params.ts';
import { PARAMS_TABLE } from '../pocketbase.ts';
import { at, flag, isObject, text, whole } from './cast.ts';

/** The settings of 0.22 as they are. Throws `invalid` where they are encrypted and the key is missing or wrong. */
export function readOldSettings(db: Database, box: SecretBox | undefined): JsonObject {
  const stored = db
    .prepare<[], string | Buffer | null>(`SELECT value FROM _params WHERE key = 'settings'`)
    .pluck()
    .get();
  if (stored === undefined || stored === null) return {};
  const written = stored.toString();
  const settings = parse(written) ?? parse(open(written, box));
  if (!isObject(settings)) throw unreadable();
  return settings;
}

/** A table of the new shape with what is still a setting. What 0.22 did not know is left to the defaults. */
export function upgradeSettings(db: Database, old: JsonObject, box: SecretBox | undefined): void {
  db.exec('DROP TABLE _params');
  db.exec(PARAMS_TABLE);
  const settings = JSON.stringify(newSettings(old));
  new Params(db).setText('settings', box ? box.seal(settings) : settings);
}

function newSettings(old: JsonObject): JsonObject {
  const meta = (key: string): Json | undefined => at(old, 'meta', key);
  const logs = (key: string): Json | undefined => at(old, 'logs', key);
  const smtp = (key: string): Json | undefined => at(old, 'smtp', key);
  return {
    meta: {
      appName: text(meta('appName')),
      appURL: text(meta('appUrl')).replace(/\/$/, ''),
      senderName: text(meta('senderName')),
      senderAddress: text(meta('senderAddress')),
      hideControls: flag(meta('hideControls')),
    },
    logs: {
      maxDays: whole(logs('maxDays')),
      minLevel: whole(logs('minLevel')),
      logIP: flag(logs('logIp')),
    },
    smtp: {
      enabled: flag(smtp('enabled')),
      port: whole(smtp('port')),
      host: text(smtp('host')),
      username: text(smtp('username')),
      password: text(smtp('password')),
      authMethod: text(smtp('authMethod')),
      tls: flag(smtp('tls')),
      localName: text(smtp('localName')),
    },
    backups: {
      cron: text(at(old, 'backups', 'cron')),
      cronMaxKeep: whole(at(old, 'backups', 'cronMaxKeep')),
      s3: bucket(at(old, 'backups', 's3')),
    },
    s3: bucket(old.s3),
  };
}

function bucket(old: Json | undefined): JsonObject {
  const part = (key: string): string => text(at(old, key));
  return {
    enabled: flag(at(old, 'enabled')),
    bucket: part('bucket'),
    region: part('region'),
    endpoint: part('endpoint'),
    accessKey: part('accessKey'),
    secret: part('secret'),
    forcePathStyle: flag(at(old, 'forcePathStyle')),
  };
}

function open(sealed: string, box: SecretBox | undefined): string {
  try {
    if (box) return box.open(sealed);
  } catch (cause) {
    throw unreadable(cause);
  }
  throw unreadable();
}

function unreadable(cause?: unknown): AppError {
  return new AppError(
    'invalid',
    'The settings of this directory are encrypted: it can be migrated only with its PB_ENCRYPTION_KEY.',
    { cause },
  );
}

function parse(written: string): unknown {
  try {
    return JSON.parse(written) as unknown;
  } catch {
    return undefined;
  }
}
