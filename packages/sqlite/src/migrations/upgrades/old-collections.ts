import type { Field, Json, JsonObject } from '@davit/domain';
import type { Database } from 'better-sqlite3';
import { quoteIdentifier } from '../../sql.ts';
import {
  boolField,
  dateStampFields,
  emailField,
  idField,
  passwordField,
  textField,
} from '../fields.ts';
import { isObject, text } from './cast.ts';
import { oldAuthFields, upgradeAuthOptions } from './old-auth-options.ts';
import { upgradeField } from './old-fields.ts';
import { upgradeRule } from './old-rule.ts';

interface OldRow {
  id: string;
  name: string;
  type: string;
  schema: string;
  indexes: string;
  listRule: string | null;
  viewRule: string | null;
  createRule: string | null;
  updateRule: string | null;
  deleteRule: string | null;
  options: string;
}

const RULES = ['listRule', 'viewRule', 'createRule', 'updateRule', 'deleteRule'] as const;
const BCRYPT_COST = 10;
/** Times at which 0.22 had sent mails; not every directory has all. */
const DROPPED = ['lastResetSentAt', 'lastVerificationSentAt', 'lastLoginAlertSentAt'];

/** Rewrites the definitions of 0.22 to those of 0.23, and the tables of accounts with them. */
export function upgradeCollections(db: Database, settings: JsonObject): void {
  const update = db.prepare(
    `UPDATE _collections SET schema = @schema, indexes = @indexes, options = @options, listRule = @listRule,
       viewRule = @viewRule, createRule = @createRule, updateRule = @updateRule, deleteRule = @deleteRule
     WHERE id = @id`,
  );
  for (const row of db.prepare<[], OldRow>('SELECT * FROM _collections').all()) {
    const rules = RULES.map((name) => [name, upgradeRule(row[name])] as const);
    update.run({
      id: row.id,
      schema: JSON.stringify(fieldsOf(db, row)),
      indexes: JSON.stringify(indexesOf(row)),
      options: JSON.stringify(optionsOf(row, settings)),
      ...Object.fromEntries(rules),
    });
    if (row.type === 'auth') upgradeAccounts(db, row.name);
  }
  db.exec('ALTER TABLE _collections RENAME COLUMN schema TO fields');
}

function fieldsOf(db: Database, row: OldRow): Field[] {
  const [created, updated] = dateStampFields({ system: false });
  const has = (name: string): boolean => row.type !== 'view' || hasColumn(db, row.name, name);
  return [
    idField(),
    ...(row.type === 'auth' ? accountFields(parseObject(row.options)) : []),
    ...parseList(row.schema).filter(isObject).map(upgradeField),
    ...(created && has('created') ? [created] : []),
    ...(updated && has('updated') ? [updated] : []),
  ];
}

function hasColumn(db: Database, view: string, name: string): boolean {
  try {
    const found = db.prepare('SELECT 1 FROM pragma_table_info(?) WHERE lower(name) = ?');
    return found.get(view, name) !== undefined;
  } catch {
    return false; // the view reads what is not there any more
  }
}

function accountFields(options: JsonObject): Field[] {
  const { minPasswordLength, requireEmail, exceptDomains, onlyDomains } = oldAuthFields(options);
  return [
    passwordField('password', {
      cost: BCRYPT_COST,
      hidden: true,
      min: minPasswordLength,
      required: true,
      system: true,
    }),
    textField('tokenKey', {
      autogeneratePattern: '[a-zA-Z0-9_]{50}',
      hidden: true,
      max: 60,
      min: 30,
      required: true,
      system: true,
    }),
    emailField('email', { exceptDomains, onlyDomains, required: requireEmail, system: true }),
    boolField('emailVisibility', { system: true }),
    boolField('verified', { system: true }),
    textField('username', {
      autogeneratePattern: 'users[0-9]{6}',
      max: 150,
      min: 3,
      pattern: String.raw`^[\w][\w\.\-]*$`,
      required: true,
    }),
  ];
}

/** 0.22 had made these indexes without listing them. */
function indexesOf({ id, name, type, indexes }: OldRow): Json[] {
  const listed = parseList(indexes);
  if (type !== 'auth') return listed;
  return [
    `CREATE UNIQUE INDEX \`_${id}_username_idx\` ON \`${name}\` (username COLLATE NOCASE)`,
    `CREATE UNIQUE INDEX \`_${id}_email_idx\` ON \`${name}\` (\`email\`) WHERE \`email\` != ''`,
    `CREATE UNIQUE INDEX \`_${id}_tokenKey_idx\` ON \`${name}\` (\`tokenKey\`)`,
    ...listed,
  ];
}

function optionsOf({ type, options }: OldRow, settings: JsonObject): JsonObject {
  if (type === 'auth') return upgradeAuthOptions(parseObject(options), settings);
  return type === 'view' ? { viewQuery: text(parseObject(options).query) } : {};
}

function upgradeAccounts(db: Database, name: string): void {
  const alter = `ALTER TABLE ${quoteIdentifier(name)}`;
  db.exec(`${alter} RENAME COLUMN passwordHash TO password`);
  for (const column of DROPPED) {
    try {
      db.exec(`${alter} DROP COLUMN ${column}`);
    } catch {
      // it is not there, or a view reads it: nobody minds it
    }
  }
}

function parseList(written: string): Json[] {
  const value = JSON.parse(written) as Json;
  return Array.isArray(value) ? value : [];
}

function parseObject(written: string): JsonObject {
  const value = JSON.parse(written) as Json;
  return isObject(value) ? value : {};
}
