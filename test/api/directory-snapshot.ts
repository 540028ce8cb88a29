import { DatabaseSync } from 'node:sqlite';
import { createSecretBox } from '@davit/auth';

export interface DirectorySnapshot {
  /** tables, indexes and views, as SQL */
  schema: Record<string, string>;
  migrations: string[];
  settings: unknown;
  collections: Record<string, unknown>;
  records: Record<string, unknown[]>;
}

type Row = Record<string, unknown>;

/** What a data.db says, whoever wrote it: in an order of its own, without Davit's tables. */
export function snapshot(file: string, key = ''): DirectorySnapshot {
  const db = new DatabaseSync(file, { readOnly: true, enableDoubleQuotedStringLiterals: true });
  try {
    const rows = (query: string): Row[] => db.prepare(query).all();
    const schema = rows(
      `SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE '\\_davit%' ESCAPE '\\'
         AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    );
    const collections = rows('SELECT * FROM _collections ORDER BY name');
    const tables = collections.map(({ name }) => String(name));
    return {
      schema: Object.fromEntries(schema.map(({ name, sql }) => [String(name), String(sql)])),
      migrations: rows('SELECT file FROM _migrations ORDER BY file').map(({ file: name }) =>
        String(name),
      ),
      settings: settingsIn(rows(`SELECT value FROM _params WHERE id = 'settings'`)[0], key),
      collections: Object.fromEntries(
        collections.map((row) => [String(row['name']), parsed(row)] as const),
      ),
      records: Object.fromEntries(
        tables.map((name) => [name, rows(`SELECT * FROM \`${name}\` ORDER BY id`)]),
      ),
    };
  } finally {
    db.close();
  }
}

function parsed(row: Row): Row {
  const json = ['fields', 'indexes', 'options'].map(
    (name) => [name, JSON.parse(String(row[name])) as unknown] as const,
  );
  return { ...row, ...Object.fromEntries(json) };
}

function settingsIn(row: Row | undefined, key: string): unknown {
  const value = row?.['value'];
  const text = value instanceof Uint8Array ? Buffer.from(value).toString() : String(value);
  const plain = key === '' ? text : createSecretBox(Buffer.from(key)).open(text);
  return JSON.parse(plain) as unknown;
}
