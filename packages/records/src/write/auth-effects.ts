import { AppError, type Collection, type WriteTx } from '@davit/domain';
import { API_KEYS } from '../api-keys/key-table.ts';
import type { Core } from '../core.ts';
import { autogenerate } from '../fields/text.ts';
import type { RecordData } from '../record.ts';
import { schemaOf } from '../schema.ts';
import type { Work } from './work.ts';

export const SUPERUSERS = '_superusers';
export const INSTALLER_EMAIL = '__pbinstaller@example.com';
const EXTERNAL_AUTHS = '_externalAuths';
export const MFAS = '_mfas';
const OTPS = '_otps';
const AUTH_ORIGINS = '_authOrigins';
/** what belongs to an account, and goes with it */
export const AUTH_TABLES: readonly string[] = [EXTERNAL_AUTHS, MFAS, OTPS, AUTH_ORIGINS];

/** What these rules need of the work they are part of. */
interface AuthTables {
  readonly core: Core;
  readonly tx: WriteTx;
  deleting(collection: Collection, record: RecordData): Work;
}

interface Saved {
  record: RecordData;
  original: RecordData | undefined;
}

/** A new password or e-mail address makes all tokens worthless; superusers are always verified. */
export function* beforeAuthSave(unit: AuthTables, collection: Collection, saved: Saved): Work {
  const { record, original } = saved;
  if (collection.name === SUPERUSERS) record.verified = true;
  if (original === undefined) {
    refuseTakenId(unit, collection, record.id);
    return;
  }
  const becameVerified = record.verified === true && original.verified !== true;
  const sensitive = record.password !== original.password || record.email !== original.email;
  const outsiders = becameVerified ? ownedBy(unit, EXTERNAL_AUTHS, { collection, record }) : [];
  for (const [table, row] of outsiders) yield* unit.deleting(table, row);
  if ((sensitive || outsiders.length > 0) && record.tokenKey === original.tokenKey) {
    const tokenKey = schemaOf(collection).get('tokenKey');
    if (tokenKey) record.tokenKey = autogenerate(tokenKey.field);
  }
}

function refuseTakenId(unit: AuthTables, collection: Collection, id: string): void {
  const others = unit.core.catalog
    .list()
    .filter((other) => other.type === 'auth' && other.id !== collection.id);
  if (!others.some((other) => unit.tx.get(other, id))) return;
  throw new AppError('invalid', 'Failed to create record.', {
    data: {
      id: {
        code: 'validation_invalid_auth_id',
        message: 'Invalid or duplicated auth record id.',
      },
    },
  });
}

export function* afterAuthSave(unit: AuthTables, collection: Collection, saved: Saved): Work {
  const { record, original } = saved;
  if (original === undefined) {
    if (collection.name === SUPERUSERS) yield* removeInstaller(unit, collection, record);
    return;
  }
  const stale = [
    ...(record.password === original.password ? [] : [MFAS, AUTH_ORIGINS]),
    ...(record.tokenKey === original.tokenKey ? [] : [OTPS]),
  ];
  for (const name of stale) {
    for (const [table, row] of ownedBy(unit, name, { collection, record }))
      yield* unit.deleting(table, row);
  }
}

/** The last superuser stays; what belongs to an account goes with it. */
export function* beforeAuthRemove(
  unit: AuthTables,
  collection: Collection,
  record: RecordData,
): Work {
  if (collection.name === SUPERUSERS && unit.tx.find(collection, {}).length === 1) {
    throw new AppError('invalid', "You can't delete the only existing superuser.");
  }
  for (const name of AUTH_TABLES) {
    for (const [table, row] of ownedBy(unit, name, { collection, record }))
      yield* unit.deleting(table, row);
  }
  const owner = { collectionRef: collection.id, recordRef: record.id };
  for (const { id } of unit.tx.find(API_KEYS, owner)) unit.tx.delete(API_KEYS, String(id));
}

function* removeInstaller(unit: AuthTables, collection: Collection, created: RecordData): Work {
  if (created.email === INSTALLER_EMAIL) return;
  const schema = schemaOf(collection);
  for (const row of unit.tx.find(collection, { email: INSTALLER_EMAIL })) {
    yield* unit.deleting(collection, schema.fromRow(row));
  }
}

function ownedBy(
  unit: AuthTables,
  name: string,
  owner: { collection: Collection; record: RecordData },
): [Collection, RecordData][] {
  const table = unit.core.catalog.find(name);
  if (table === undefined) return [];
  const where = { collectionRef: owner.collection.id, recordRef: owner.record.id };
  return unit.tx.find(table, where).map((row) => [table, schemaOf(table).fromRow(row)]);
}
