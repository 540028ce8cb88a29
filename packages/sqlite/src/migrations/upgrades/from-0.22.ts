import type { Collection, JsonObject } from '@davit/domain';
import { AppError } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { Collections } from '../../collections.ts';
import { hasTable } from '../pocketbase.ts';
import { systemCollections } from '../system-collections.ts';
import { upgradeTokens } from './old-auth-options.ts';
import { upgradeCollections } from './old-collections.ts';
import { readOldSettings, upgradeSettings } from './old-settings.ts';
import type { Upgrade } from './upgrade.ts';

/** From PocketBase 0.22 to 0.23: collections, admins, settings and links to providers get their new shape. */
export function upgradeFrom022({ db, stamp, settingsBox }: Upgrade): void {
  if (hasTable(db, '_mfas') && hasTable(db, '_authOrigins')) return; // it is one of 0.23
  refuseOlder(db);
  const settings = readOldSettings(db, settingsBox);
  upgradeCollections(db, settings);
  const fresh = new Map(
    systemCollections(stamp).map((collection) => [collection.name, collection]),
  );
  const create = (name: string, change = (item: Collection): Collection => item): void => {
    const collection = fresh.get(name);
    if (collection) new Collections(db).save(change(collection), undefined);
  };
  create('_superusers', (item) => withOldTokens(item, settings));
  moveAdmins(db);
  upgradeSettings(db, settings, settingsBox);
  db.exec('ALTER TABLE _externalAuths RENAME TO _externalAuths_old');
  create('_externalAuths');
  moveExternalAuths(db);
  for (const name of ['_mfas', '_otps', '_authOrigins']) create(name);
}

function refuseOlder(db: Database): void {
  const known = new Set(
    db.prepare<[], string>(`SELECT name FROM pragma_table_info('_collections')`).pluck().all(),
  );
  if (known.has('schema') && known.has('indexes') && hasTable(db, '_admins')) return;
  throw new AppError(
    'unsupported',
    'This directory was made by a PocketBase older than 0.22. Start it once with PocketBase 0.22.',
  );
}

function withOldTokens(collection: Collection, settings: JsonObject): Collection {
  const { options } = collection;
  const { authToken, passwordResetToken, fileToken } = upgradeTokens(options, settings, 'admin');
  const tokens = { authToken, passwordResetToken, fileToken } as JsonObject;
  return { ...collection, options: { ...options, ...tokens } };
}

function moveAdmins(db: Database): void {
  db.exec(
    `INSERT INTO _superusers (id, verified, email, password, tokenKey, created, updated)
       SELECT id, true, email, passwordHash, tokenKey, created, updated FROM _admins;
     DROP TABLE _admins`,
  );
}

function moveExternalAuths(db: Database): void {
  db.exec(
    `INSERT INTO _externalAuths (id, collectionRef, recordRef, provider, providerId, created, updated)
       SELECT id, collectionId, recordId, provider, providerId, created, updated FROM _externalAuths_old;
     DROP TABLE _externalAuths_old`,
  );
}
