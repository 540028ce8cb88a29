import type { Condition, Field, Json, JsonObject, Value } from '@davit/domain';
import { isMultiple, sortedJson } from '@davit/domain';
import type { FilterRequest } from './context.ts';
import { invalid } from './failure.ts';
import { listOf, lookUp, uniqueStrings } from './json-value.ts';
import { splitModifier } from './modifier.ts';
import type { ResolvedOperand, Scope } from './scope.ts';
import { findCollection, findField, isListType, NULL_OPERAND, relationTarget } from './scope.ts';
import { Walker } from './walker.ts';

const STATIC_AUTH = [
  'id',
  'collectionId',
  'collectionName',
  'email',
  'emailVisibility',
  'verified',
];

/** `@request.…`: `path` is what follows. */
export function resolveRequestPath(path: readonly string[], scope: Scope): ResolvedOperand {
  const { request } = scope.context;
  if (!request) return NULL_OPERAND;
  const [area] = path;
  if (area === 'auth') return resolveAuth(path.slice(1), request, scope);
  const dynamic =
    area === 'body' ? resolveBodyField(path.slice(1), request.body, scope) : undefined;
  return dynamic ?? resolveStatic(path, staticValues(request), scope);
}

/** What a field of the collection adds to a plain look-up in the body. */
function resolveBodyField(
  [first = '', ...rest]: string[],
  body: JsonObject,
  scope: Scope,
): ResolvedOperand | undefined {
  const { name, modifier } = splitModifier(first);
  const field = findField(scope.collection, name);
  if (!field) return undefined;
  if (rest.length > 0) {
    return field.type === 'relation'
      ? resolveBodyRelation(field, rest, { scope, body })
      : undefined;
  }
  if (modifier === undefined || modifier === 'isset') return undefined;
  return BODY_MODIFIERS[modifier](field, body, scope);
}

function staticValues(request: FilterRequest): JsonObject {
  const { context, method, query, headers, body } = request;
  return { context, method, query: { ...query }, headers: { ...headers }, body };
}

function resolveAuth(path: string[], request: FilterRequest, scope: Scope): ResolvedOperand {
  const { auth } = request;
  const collection = auth && findCollection(scope, auth.collectionId);
  if (!auth || !collection) return NULL_OPERAND;
  if (path.length === 1 && STATIC_AUTH.includes(path[0] ?? '')) {
    return resolveStatic(path, { ...auth }, scope);
  }
  const walker = new Walker(scope, { lenient: true });
  walker.jump(collection, `__auth_${collection.name}${scope.suffix}`, {
    multi: false,
    on: (alias) => ({
      kind: 'equal',
      left: { kind: 'column', alias, column: 'id' },
      right: { kind: 'value', value: auth.id },
    }),
  });
  return walker.walk(path);
}

/** A value of the request itself; what is not there is null. */
function resolveStatic(path: readonly string[], from: JsonObject, scope: Scope): ResolvedOperand {
  const { name, modifier } = splitModifier(path.at(-1) ?? '');
  const value = lookUp(from, [...path.slice(0, -1), name]);
  if (modifier === 'isset') return literal(value === undefined ? 0 : 1);
  if (modifier !== undefined && modifier !== 'lower') {
    throw invalid(`invalid modifier sequence ${name}:${modifier}`);
  }
  if (value === undefined || value === null) return NULL_OPERAND;
  const operand = literal(asValue(value, findField(scope.collection, name)));
  return modifier === 'lower' ? lowered(operand) : operand;
}

function asValue(value: Exclude<Json, null>, field: Field | undefined): Value {
  if (typeof value === 'object') return sortedJson(value);
  // form bodies carry numbers as text
  const isNumber = field?.type === 'number' && typeof value === 'string' && value.trim() !== '';
  return isNumber && Number.isFinite(Number(value)) ? Number(value) : value;
}

/** The records a relation in the body names. */
function resolveBodyRelation(
  field: Field,
  rest: readonly string[],
  { scope, body }: { scope: Scope; body: JsonObject },
): ResolvedOperand {
  const target = relationTarget(scope, field);
  const ids = uniqueStrings(body[field.name]);
  if (ids.length === 0) return NULL_OPERAND;
  const walker = new Walker(scope, { lenient: true });
  walker.jump(target, `__data_${target.name}.${field.name}${scope.suffix}`, {
    multi: isMultiple(field),
    on: (alias): Condition => ({
      kind: 'in',
      of: { kind: 'column', alias, column: 'id' },
      values: ids,
    }),
  });
  return walker.walk(rest);
}

type BodyModifier = (field: Field, body: JsonObject, scope: Scope) => ResolvedOperand;

const BODY_MODIFIERS: Record<'each' | 'length' | 'lower' | 'changed', BodyModifier> = {
  lower: (field, body) => lowered(literal(textOf(body[field.name]))),
  length: (field, body) => literal(listOf(requireList(field, body)).length),
  each: resolveBodyEach,
  changed: ({ name }, _body, scope) => {
    const text = `@request.body.${name}:isset = true && @request.body.${name} != ${name}`;
    return { expression: { kind: 'condition', of: scope.condition(text) }, exact: true };
  },
};

function resolveBodyEach(field: Field, body: JsonObject, scope: Scope): ResolvedOperand {
  const value = sortedJson(listOf(requireList(field, body)));
  const source = { kind: 'each', of: { kind: 'value', value } } as const;
  const alias = `__dataEach_je_${field.name}${scope.suffix}`;
  scope.join({ alias, source });
  const operand: ResolvedOperand = { expression: { kind: 'element', alias } };
  if (!isMultiple(field)) return operand;
  const checkAlias = `__mm_${alias}`;
  const multi = {
    base: scope.alias,
    table: scope.collection.name,
    alias: `__mm_${scope.alias}`,
    joins: [{ alias: checkAlias, source }],
    expression: { kind: 'element', alias: checkAlias } as const,
  };
  return { ...operand, multi };
}

function requireList(field: Field, body: JsonObject): Json | undefined {
  if (isListType(field)) return body[field.name];
  throw invalid(`field "${field.name}" doesn't support multivalue operations`);
}

function literal(value: Value): ResolvedOperand {
  return { expression: { kind: 'value', value } };
}

function lowered({ expression }: ResolvedOperand): ResolvedOperand {
  return { expression: { kind: 'lower', of: expression } };
}

function textOf(value: Json | undefined): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}
