import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { toDatabaseError } from './error.ts';
import { migrateDavit } from './migrations/davit.ts';

const BUSY_MS = 10_000;
const COLUMNS = `id, created, action, outcome, actorType, actorCollection, actorId, actorName, keyId, keyName,
  impersonatedBy, ip, collection, record, detail`;

/**
 * Adds what the audit log of directory `from` has, and that of `to` has not, to its end: who restores a backup does not
 * take along what was noted since. Nobody else has `to` open.
 */
export function carryAudit(from: string, to: string): void {
  const db = new Sqlite(join(to, 'data.db'), { fileMustExist: true, timeout: BUSY_MS });
  try {
    db.prepare('ATTACH DATABASE ? AS old').run(join(from, 'data.db'));
    const carry = db.transaction(() => {
      migrateDavit(db, new Date()); // a directory of PocketBase's has no such table
      db.exec(`INSERT INTO main._davit_audit (${COLUMNS}) SELECT ${COLUMNS} FROM old._davit_audit
        WHERE id NOT IN (SELECT id FROM main._davit_audit) ORDER BY seq`);
    });
    carry.immediate();
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    db.close();
  }
}
