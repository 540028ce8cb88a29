import type { Collection, IndexDefinition } from '@davit/domain';
import { AppError, parseIndex, renderIndex } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { Collections } from '../../collections.ts';
import { quoteIdentifier } from '../../sql.ts';
import type { Upgrade } from './upgrade.ts';

/** From 0.37 to 0.38: collections list every index of their tables, under the table's own name. */
export function normalizeIndexes({ db, stamp }: Upgrade): void {
  const collections = new Collections(db);
  for (const collection of collections.load()) {
    if (collection.system || collection.type === 'view') continue;
    const present = indexesOf(db, collection);
    if (present.length === 0 && collection.indexes.length === 0) continue;
    const unlisted = present.filter((index) => !isListed(index, collection));
    for (const { name } of unlisted) db.exec(`DROP INDEX ${quoteIdentifier(name)}`);
    const added = unlisted.filter((index) => !isDoubled(index, collection)).map(renderIndex);
    const indexes = [...collection.indexes, ...added].map((text) => onTable(text, collection.name));
    collections.save({ ...collection, indexes, updated: stamp }, collection);
  }
}

function indexesOf(db: Database, { name }: Collection): IndexDefinition[] {
  const statements = db
    .prepare<[string], string>(
      `SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL`,
    )
    .pluck()
    .all(name);
  return statements.map((statement) => {
    const index = parseIndex(statement);
    if (!index) throw new AppError('unsupported', `The index cannot be read: ${statement}`);
    return { ...index, schema: '', table: name };
  });
}

function isListed({ name }: IndexDefinition, { indexes }: Collection): boolean {
  return indexes.some((text) => parseIndex(text)?.name.toLowerCase() === name.toLowerCase());
}

/** The same as another but for its name, or one that every auth collection has anyway. */
function isDoubled(index: IndexDefinition, { type, indexes }: Collection): boolean {
  const [column, ...more] = index.columns;
  const isOwn = ['tokenkey', 'email'].includes(column?.name.toLowerCase() ?? '');
  if (type === 'auth' && index.unique && isOwn && more.length === 0) return true;
  const { name, schema, table } = index;
  return indexes.some((text) => {
    const listed = parseIndex(text);
    return listed && renderIndex({ ...listed, name, schema, table }) === renderIndex(index);
  });
}

function onTable(statement: string, table: string): string {
  const index = parseIndex(statement);
  return index && index.table !== table ? renderIndex({ ...index, table }) : statement;
}
