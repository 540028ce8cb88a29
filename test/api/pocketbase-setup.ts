import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPasswordHasher } from '@davit/auth';
import { createBackupStore } from '@davit/files';
import { createSnapshots } from '@davit/sqlite';

type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
type Values = Record<string, Value>;

/** One change to a directory before the server opens it. */
export interface SetupStep {
  op: string;
  path?: string;
  value?: Value;
  collection?: string;
  id?: string;
  name?: string;
  set?: Values;
  data?: Values;
  columns?: Record<string, string>;
  behavior?: string;
}

/** Makes the changes a scenario asks for to a closed directory. */
export async function applySetup(dir: string, steps: readonly SetupStep[]): Promise<void> {
  if (steps.length === 0) return;
  if (named(steps, 'createTestBackups')) await insertBackups(dir);
  if (named(steps, 'StubLogsData')) insertLogs(dir);
  const db = new DatabaseSync(join(dir, 'data.db'));
  try {
    for (const step of steps) await apply(db, step);
  } finally {
    db.close();
  }
}

type Apply = (db: DatabaseSync, step: Required<Pick<SetupStep, Given>> & SetupStep) => unknown;
type Given = 'path' | 'value' | 'collection' | 'id' | 'name' | 'set' | 'data' | 'columns';

const GIVEN = { path: '', value: null, collection: '', id: '', name: '' };

const OPERATIONS: Record<string, Apply> = {
  hook: () => undefined, // asserts inside the original process
  settings: (db, { path, value }) => setSetting(db, path, value),
  'collection.update': (db, { collection, set }) => updateCollection(db, collection, set),
  'collection.indexCollate': (db, { collection, columns }) =>
    collateIndexes(db, collection, columns),
  'record.insert': (db, { collection, data }) => insertRecord(db, collection, data),
  'record.update': (db, step) => updateRecord(db, step),
  'record.deleteAllExcept': (db, { collection, id }) =>
    db.prepare(`DELETE FROM "${collection}" WHERE id != ?`).run(id),
  stub: (db, { name }) => insertStubs(db, name),
};

async function apply(db: DatabaseSync, step: SetupStep): Promise<void> {
  const operation = OPERATIONS[step.op];
  if (!operation) throw new Error(`unknown setup operation ${step.op}`);
  await operation(db, { ...GIVEN, set: {}, data: {}, columns: {}, ...step });
}

function setSetting(db: DatabaseSync, path: string, value: Value): void {
  const row = db.prepare(`SELECT value FROM _params WHERE id = 'settings'`).get();
  const text = Buffer.from(row?.value as Uint8Array).toString('utf8');
  const settings = JSON.parse(text) as Values;
  setPath(settings, path.split('.'), value);
  const bytes = Buffer.from(JSON.stringify(settings));
  db.prepare(`UPDATE _params SET value = ? WHERE id = 'settings'`).run(bytes);
}

function setPath(target: Values, [key = '', ...rest]: string[], value: Value): void {
  if (rest.length === 0) target[key] = value;
  else setPath((target[key] ??= {}) as Values, rest, value);
}

/** `listRule`, `mfa.enabled` (an option), `fields[title].hidden`. */
function updateCollection(db: DatabaseSync, name: string, set: Values): void {
  const row = db.prepare('SELECT * FROM _collections WHERE name = ?').get(name)!;
  const fields = JSON.parse(String(row.fields)) as Values[];
  const options = JSON.parse(String(row.options)) as Values;
  for (const [path, value] of Object.entries(set)) {
    const [, field, key] = /^fields\[(\w+)\]\.(\w+)$/.exec(path) ?? [];
    if (field !== undefined && key !== undefined) {
      fields.find((known) => known.name === field)![key] = value;
    } else if (path in row) {
      db.prepare(`UPDATE _collections SET "${path}" = ? WHERE name = ?`).run(column(value), name);
    } else setPath(options, path.split('.'), value);
  }
  db.prepare('UPDATE _collections SET fields = ?, options = ? WHERE name = ?').run(
    JSON.stringify(fields),
    JSON.stringify(options),
    name,
  );
}

/** Unique indexes of single columns, made anew with another collation. */
function collateIndexes(db: DatabaseSync, name: string, columns: Record<string, string>): void {
  const row = db.prepare('SELECT indexes FROM _collections WHERE name = ?').get(name)!;
  const kept = (JSON.parse(String(row.indexes)) as string[]).map((statement) => {
    const wanted = Object.entries(columns).find(([field]) =>
      new RegExp(`\\(\\s*[\`"]?${field}[\`"]?(\\s+COLLATE\\s+\\w+)?\\s*\\)`, 'i').test(statement),
    );
    if (!wanted) return statement;
    const [field, collation] = wanted;
    const [, index = ''] = /index\s+(?:if not exists\s+)?[`"]?(\w+)/i.exec(statement) ?? [];
    const collate = collation === '' ? '' : ` COLLATE ${collation}`;
    const next = `CREATE UNIQUE INDEX \`${index}\` ON \`${name}\` (\`${field}\`${collate})`;
    db.exec(`DROP INDEX IF EXISTS \`${index}\`; ${next}`);
    return next;
  });
  db.prepare('UPDATE _collections SET indexes = ? WHERE name = ?').run(JSON.stringify(kept), name);
}

async function insertRecord(db: DatabaseSync, collection: string, data: Values): Promise<void> {
  const now = date(0);
  const row: Values = { created: now, updated: now, ...data };
  if (typeof row.password === 'string') {
    row.password = await createPasswordHasher({ scheme: 'bcrypt' }).hash(row.password);
  }
  const names = Object.keys(row);
  const places = names.map(() => '?').join(', ');
  db.prepare(
    `INSERT INTO "${collection}" (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${places})`,
  ).run(...Object.values(row).map(column));
}

function updateRecord(
  db: DatabaseSync,
  { collection, id, set }: { collection: string; id: string; set: Values },
): void {
  for (const [name, value] of Object.entries(set)) {
    // `{"$keep": …}`: nothing else has changed the column
    if (typeof value === 'object' && value !== null && '$keep' in value) continue;
    db.prepare(`UPDATE "${collection}" SET "${name}" = ? WHERE id = ?`).run(column(value), id);
  }
}

const OWNERS = {
  superuser2: { collectionRef: 'pbc_3142635823', recordRef: 'sbmbsdb40jyxf7h' },
  superuser3: { collectionRef: 'pbc_3142635823', recordRef: '9q2trqumvlyr3bd' },
  user1: { collectionRef: '_pb_users_auth_', recordRef: '4q1xlclmfloku33' },
};
const HOUR = 3_600_000;
/** How long ago each of the rows was made, and by which method for `_mfas`. */
const STUBS: Record<string, { collection: string; rows: Record<string, [number, string][]> }> = {
  StubMFARecords: {
    collection: '_mfas',
    rows: {
      superuser2: [
        [0, 'otp'],
        [HOUR, 'otp'],
        [120_000, 'password'],
        [1, 'password'],
        [HOUR + 1, 'oauth2'],
      ],
      superuser3: [
        [3, 'oauth2'],
        [180_000, 'password'],
      ],
      user1: [[HOUR, 'oauth2']],
    },
  },
  StubOTPRecords: {
    collection: '_otps',
    rows: {
      superuser2: [0, 1, HOUR, 2, HOUR + 1].map((age) => [age, '']),
      superuser3: [3, 120_000].map((age) => [age, '']),
      user1: [[HOUR, '']],
    },
  },
};

const named = (steps: readonly SetupStep[], stub: string): boolean =>
  steps.some(({ name }) => name === stub);

async function insertBackups(dir: string): Promise<void> {
  const databases = createSnapshots({ directory: dir });
  const store = createBackupStore({ directory: dir, databases });
  for (const key of ['test1.zip', 'test2.zip', 'test3.zip', '@test4.zip']) await store.create(key);
}

const LOGS: [string, string, number][] = [
  ['873f2133-9f38-44fb-bf82-c8f53b310d91', '2022-05-01 10:00:00.123Z', 200],
  ['f2133873-44fb-9f38-bf82-c918f53b310d', '2022-05-02 10:00:00.123Z', 400],
];

function insertLogs(dir: string): void {
  const db = new DatabaseSync(join(dir, 'auxiliary.db'));
  db.exec('DELETE FROM _logs');
  const insert = db.prepare(
    'INSERT INTO _logs (id, level, message, data, created) VALUES (?, 0, ?, ?, ?)',
  );
  for (const [id, created, status] of LOGS) {
    insert.run(id, 'test_message', JSON.stringify({ status }), created);
  }
  db.close();
}

async function insertStubs(db: DatabaseSync, name: string): Promise<void> {
  if (name === 'createTestBackups') return;
  if (name === 'StubLogsData') return setSetting(db, 'logs.maxDays', 36_500); // they are old
  const stub = STUBS[name];
  if (!stub) throw new Error(`unknown stub ${name}`);
  for (const [owner, rows] of Object.entries(stub.rows)) {
    for (const [index, [age, method]] of rows.entries()) {
      await insertRecord(db, stub.collection, {
        id: `${owner}_${index}`,
        ...OWNERS[owner as keyof typeof OWNERS],
        created: date(age),
        ...(method === '' ? { password: 'test123' } : { method }),
      });
    }
  }
}

function date(ageMs: number): string {
  return new Date(Date.now() - ageMs).toISOString().replace('T', ' ');
}

function column(value: Value): string | number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'object' || value === null) return value;
  const relative = '$now' in value ? (value.$now as Record<string, number>) : undefined;
  if (!relative) return JSON.stringify(value);
  const at = new Date();
  at.setFullYear(at.getFullYear() + (relative.years ?? 0));
  return at.toISOString().replace('T', ' ');
}
