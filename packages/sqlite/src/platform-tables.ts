import { randomBytes } from 'node:crypto';
import type { PlatformTx, SealedSecret, Tombstone } from '@davit/domain';
import type { Database } from 'better-sqlite3';

/** Davit's own state beside the collections. `IF NOT EXISTS`: run on every open. */
export const PLATFORM_TABLES = `
CREATE TABLE IF NOT EXISTS _davit_params (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS _davit_secrets (
  rolloutId TEXT NOT NULL,
  name TEXT NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (rolloutId, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _davit_intents (
  projectId TEXT NOT NULL,
  deploymentId TEXT DEFAULT '' NOT NULL,
  deleteData INTEGER NOT NULL,
  PRIMARY KEY (projectId, deploymentId)
) WITHOUT ROWID;`;

interface TombstoneRow {
  projectId: string;
  deploymentId: string;
  deleteData: number;
}

/** Reads and changes of the platform's tables on one connection; transactions are the caller's. */
export class PlatformTables implements PlatformTx {
  readonly #connection: Database;

  constructor(connection: Database) {
    this.#connection = connection;
  }

  /** Made when it is first asked for; needs a writing connection then. */
  installationId(): string {
    const stored = this.#connection
      .prepare<[], string>(`SELECT value FROM _davit_params WHERE key = 'installation'`)
      .pluck()
      .get();
    if (stored !== undefined) return stored;
    const id = randomBytes(8).toString('hex');
    this.#connection
      .prepare(`INSERT INTO _davit_params (key, value) VALUES ('installation', ?)`)
      .run(id);
    return id;
  }

  secrets(rolloutId: string): SealedSecret[] {
    return this.#connection
      .prepare<[string], SealedSecret>(
        'SELECT name, sealed FROM _davit_secrets WHERE rolloutId = ? ORDER BY name',
      )
      .all(rolloutId);
  }

  putSecrets(rolloutId: string, secrets: SealedSecret[]): void {
    this.deleteSecrets(rolloutId);
    const insert = this.#connection.prepare(
      'INSERT INTO _davit_secrets (rolloutId, name, sealed) VALUES (?, ?, ?)',
    );
    for (const { name, sealed } of secrets) insert.run(rolloutId, name, sealed);
  }

  deleteSecrets(rolloutId: string): void {
    this.#connection.prepare('DELETE FROM _davit_secrets WHERE rolloutId = ?').run(rolloutId);
  }

  tombstones(): Tombstone[] {
    return this.#connection
      .prepare<[], TombstoneRow>('SELECT projectId, deploymentId, deleteData FROM _davit_intents')
      .all()
      .map(tombstoneOf);
  }

  tombstone(projectId: string, deploymentId = ''): Tombstone | undefined {
    const row = this.#connection
      .prepare<[string, string], TombstoneRow>(
        `SELECT projectId, deploymentId, deleteData FROM _davit_intents
         WHERE projectId = ? AND deploymentId = ?`,
      )
      .get(projectId, deploymentId);
    return row && tombstoneOf(row);
  }

  /** Volumes that may go stay allowed to go. */
  putTombstone({ projectId, deploymentId = '', deleteData }: Tombstone): void {
    this.#connection
      .prepare(
        `INSERT INTO _davit_intents (projectId, deploymentId, deleteData) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET deleteData = max(deleteData, excluded.deleteData)`,
      )
      .run(projectId, deploymentId, deleteData ? 1 : 0);
  }

  deleteTombstone({ projectId, deploymentId = '' }: Tombstone): void {
    this.#connection
      .prepare('DELETE FROM _davit_intents WHERE projectId = ? AND deploymentId = ?')
      .run(projectId, deploymentId);
  }
}

function tombstoneOf({ projectId, deploymentId, deleteData }: TombstoneRow): Tombstone {
  return {
    projectId,
    ...(deploymentId === '' ? {} : { deploymentId }),
    deleteData: deleteData === 1,
  };
}
