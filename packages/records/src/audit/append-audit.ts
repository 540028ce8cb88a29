import type { Clock, Collection, JsonObject, WriteTx } from '@davit/domain';
import { formatDate } from '../fields/date.ts';
import { randomId } from '../fields/random.ts';
import { ownTable } from '../own-tables/own-table.ts';
import type { RecordData } from '../record.ts';
import type { AuthRecord } from '../request.ts';
import type { AuditNote, Outcome, Requester } from './audit.ts';

export const AUDIT: Collection = ownTable('_davit_audit', {
  seq: 'number',
  id: 'text',
  created: 'date',
  action: 'text',
  outcome: 'text',
  actorType: 'text',
  actorCollection: 'text',
  actorId: 'text',
  actorName: 'text',
  keyId: 'text',
  keyName: 'text',
  impersonatedBy: 'text',
  ip: 'text',
  collection: 'text',
  record: 'text',
  detail: 'json',
});

const LONGEST = 255;

/** Whether what this caller does is noted whatever it is: superusers, programs, and superusers as somebody else. */
export function isWatched(auth: AuthRecord | undefined): boolean {
  if (auth === undefined) return false;
  return auth.superuser || auth.key !== undefined || auth.impersonatedBy !== undefined;
}

/** One more entry, in the caller's transaction. */
export function appendAudit(
  tx: Pick<WriteTx, 'insert'>,
  clock: Clock,
  { by, note, outcome = 'done' }: { by: Requester; note: AuditNote; outcome?: Outcome },
): void {
  const { action, collection = '', record = '', detail = {} } = note;
  tx.insert(AUDIT, {
    id: randomId(),
    created: formatDate(clock.now()),
    action,
    outcome,
    ...actor(by),
    ip: by.ip,
    collection: collection.slice(0, LONGEST),
    record: record.slice(0, LONGEST),
    detail: JSON.stringify(detail),
  });
}

function actor({ auth, command }: Requester): Record<string, string> {
  if (command !== undefined) return { ...NOBODY, actorType: 'command', actorName: command };
  if (auth === undefined) return { ...NOBODY, actorType: 'guest' };
  const { record, collection, superuser, key, impersonatedBy = '' } = auth;
  return {
    ...NOBODY,
    actorType: superuser ? 'superuser' : 'user',
    actorCollection: collection.name,
    actorId: record.id,
    actorName: nameOf(record),
    ...(key && { keyId: key.id, keyName: key.name }),
    impersonatedBy,
  };
}

const NOBODY = {
  actorType: '',
  actorCollection: '',
  actorId: '',
  actorName: '',
  keyId: '',
  keyName: '',
  impersonatedBy: '',
};

function nameOf({ email, username, name }: RecordData): string {
  const known = email || username || name;
  return typeof known === 'string' ? known : '';
}

/** Names of the members that differ, sorted. */
export function changedNames(before: object, after: object): string[] {
  const old = before as JsonObject;
  const next = after as JsonObject;
  return [...new Set([...Object.keys(old), ...Object.keys(next)])]
    .filter((name) => JSON.stringify(old[name]) !== JSON.stringify(next[name]))
    .sort();
}

/** The same with the paths of nested members: `smtp.host`. */
export function changedPaths(before: object, after: object, prefix = ''): string[] {
  const old = before as JsonObject;
  const next = after as JsonObject;
  return changedNames(before, after).flatMap((name) => {
    const [left, right] = [old[name], next[name]];
    if (!isPlain(left) || !isPlain(right)) return [prefix + name];
    return changedPaths(left, right, `${prefix}${name}.`);
  });
}

function isPlain(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
