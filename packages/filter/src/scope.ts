import type { Collection, Condition, Field, Join, Operand } from '@davit/domain';
import type { ResolveContext } from './context.ts';
import { invalid } from './failure.ts';

/** An operand while it is being resolved. */
export interface ResolvedOperand extends Operand {
  /** must hold too wherever the operand is compared */
  guard?: Condition;
}

/** The place identifiers of one expression are looked up from. */
export interface Scope {
  readonly context: ResolveContext;
  readonly collection: Collection;
  /** alias of the collection's table in the query */
  readonly alias: string;
  /** appended to the aliases of joins, so that a rule resolved beside the main expression keeps its own */
  readonly suffix: string;
  readonly allowHidden: boolean;
  /** Adds a join to the query, once per alias. `collection` is what it reads, if it is one. */
  join(join: Join, collection?: Collection): void;
  /** Resolves a whole expression in this scope. */
  condition(text: string): Condition;
}

export const NULL_OPERAND: ResolvedOperand = { expression: { kind: 'value', value: null } };

export function findField(collection: Collection, name: string): Field | undefined {
  return collection.fields.find((field) => field.name === name);
}

export function findCollection(scope: Scope, nameOrId: string): Collection | undefined {
  const { collection, context } = scope;
  if (nameOrId === collection.name || nameOrId === collection.id) return collection;
  return context.find(nameOrId);
}

/** The collection a relation field leads to. */
export function relationTarget(scope: Scope, field: Field): Collection {
  const id = field['collectionId'];
  const target = typeof id === 'string' ? findCollection(scope, id) : undefined;
  if (!target) throw invalid(`failed to load field "${field.name}" collection`);
  return target;
}

/** select, relation and file fields, whether they hold one value or several */
export function isListType(field: Field): boolean {
  return field.type === 'select' || field.type === 'relation' || field.type === 'file';
}
