import type { Collection, Expression, Field, Join } from '@davit/domain';
import { hasUniqueIndex, isMultiple } from '@davit/domain';
import { invalid } from './failure.ts';
import { splitModifier } from './modifier.ts';
import type { ResolvedOperand, Scope } from './scope.ts';
import { findCollection, findField, isListType, NULL_OPERAND, relationTarget } from './scope.ts';

const MAX_RELATIONS = 6;
const BACK_RELATION = /^(\w+)_via_(\w+)$/;

/**
 * Follows a dotted path from a table to a column, joining what lies on the way: once for the query itself and once
 * for the "all match" check, which reads the same path again from the start.
 */
export class Walker {
  readonly #scope: Scope;
  /** a missing field is null instead of an error */
  readonly #lenient: boolean;
  readonly #checkJoins: Join[] = [];
  #collection: Collection;
  #alias: string;
  #checkAlias: string;
  #multi = false;

  constructor(scope: Scope, options: { lenient: boolean }) {
    this.#scope = scope;
    this.#lenient = options.lenient;
    this.#collection = scope.collection;
    this.#alias = scope.alias;
    this.#checkAlias = `__mm_${scope.alias}`;
  }

  /** Continues from a table joined under a name of its own rather than from the current one. */
  jump(
    collection: Collection,
    alias: string,
    options: { multi: boolean; on?: JoinCondition },
  ): void {
    const table = { kind: 'table', table: collection.name } as const;
    const { on } = options;
    const join = (as: string): Join => ({ alias: as, source: table, ...(on && { on: on(as) }) });
    this.#scope.join(join(alias), collection);
    this.#checkJoins.push(join(`__mm_${alias}`));
    this.#multi ||= options.multi;
    this.#move(collection, alias, `__mm_${alias}`);
  }

  walk(path: readonly string[]): ResolvedOperand {
    for (const [index, segment] of path.slice(0, -1).entries()) {
      const found = this.#enter(segment, path.slice(index + 1), index);
      if (found) return found;
    }
    return this.#last(path.at(-1) ?? '');
  }

  /** Goes through a segment that is not the last; answers where the path already ends with it. */
  #enter(segment: string, rest: readonly string[], depth: number): ResolvedOperand | undefined {
    const field = findField(this.#collection, segment);
    if (field) this.#refuseHidden(field);
    if (field?.type === 'json' || field?.type === 'geoPoint')
      return this.#json(field, jsonPath(rest));
    if (depth >= MAX_RELATIONS)
      throw invalid(`max nested relations reached for field "${segment}"`);
    if (!field) return this.#followBack(segment);
    if (field.type !== 'relation') throw invalid(`field "${segment}" is not a valid relation`);
    // the id is what the field holds: no join
    const isOwnId = !isMultiple(field) && rest.length === 1 && rest[0] === 'id';
    if (isOwnId) return this.#column(field);
    this.#follow(field);
    return undefined;
  }

  #last(segment: string): ResolvedOperand {
    const { name, modifier } = splitModifier(segment);
    const field = findField(this.#collection, name);
    if (!field) return this.#missing(`unknown field "${name}"`);
    this.#refuseHidden(field);
    if (isListType(field) && modifier === 'length') {
      return this.#operand((alias) => ({ kind: 'length', alias, column: field.name }));
    }
    if (isListType(field) && modifier === 'each') return this.#each(field);
    return this.#column(field, modifier === 'lower');
  }

  #column(field: Field, lower = false): ResolvedOperand {
    const isJson = field.type === 'json';
    const of = (alias: string): Expression =>
      isJson
        ? { kind: 'json', alias, column: field.name, path: '$' }
        : { kind: 'column', alias, column: field.name };
    const operand = this.#operand((alias) =>
      lower ? { kind: 'lower', of: of(alias) } : of(alias),
    );
    if (isJson) operand.exact = true;
    const isEmail = field.name === 'email' && this.#collection.type === 'auth';
    if (isEmail && !this.#scope.allowHidden) operand.guard = publicEmail(this.#alias);
    return operand;
  }

  #json(field: Field, path: string): ResolvedOperand {
    const operand = this.#operand((alias) => ({ kind: 'json', alias, column: field.name, path }));
    return { ...operand, exact: true };
  }

  #each(field: Field): ResolvedOperand {
    const { suffix } = this.#scope;
    const name = (alias: string): string => `__je_${alias}.${field.name}${suffix}`;
    const each = (alias: string): Join => ({ alias: name(alias), source: eachOf(alias, field) });
    this.#scope.join(each(this.#alias));
    this.#checkJoins.push(each(this.#checkAlias));
    this.#multi ||= isMultiple(field);
    return this.#operand((alias) => ({ kind: 'element', alias: name(alias) }));
  }

  #operand(read: (alias: string) => Expression): ResolvedOperand {
    const expression = read(this.#alias);
    if (!this.#multi) return { expression };
    const { alias, collection } = this.#scope;
    const check = {
      base: alias,
      table: collection.name,
      alias: `__mm_${alias}`,
      joins: this.#checkJoins,
      expression: read(this.#checkAlias),
    };
    return { expression, multi: check };
  }

  /** From a relation field to the records it names. */
  #follow(field: Field): void {
    const target = relationTarget(this.#scope, field);
    const multiple = isMultiple(field);
    const joins = (from: string, to: string): Join[] => {
      const table = { kind: 'table', table: target.name } as const;
      const id: Expression = { kind: 'column', alias: to, column: 'id' };
      if (!multiple) {
        const right: Expression = { kind: 'column', alias: from, column: field.name };
        return [{ alias: to, source: table, on: { kind: 'equal', left: id, right } }];
      }
      const right: Expression = { kind: 'element', alias: `__je_${to}` };
      return [
        { alias: `__je_${to}`, source: eachOf(from, field) },
        { alias: to, source: table, on: { kind: 'equal', left: id, right } },
      ];
    };
    this.#multi ||= multiple;
    this.#step(target, field.name, joins);
  }

  /**
   * Along `collection_via_field`, to the records whose relation field names the current one; answers where there is no
   * such way.
   */
  #followBack(segment: string): ResolvedOperand | undefined {
    const [, name, fieldName = ''] = BACK_RELATION.exec(segment) ?? [];
    if (name === undefined) return this.#missing(`failed to resolve field "${segment}"`);
    const target = findCollection(this.#scope, name);
    if (!target) return this.#missing(`failed to load back relation field "${segment}" collection`);
    const field = findField(target, fieldName);
    if (!field) return this.#missing(`missing back relation field "${fieldName}"`);
    if (field.type !== 'relation') {
      return this.#missing(`invalid back relation field "${fieldName}"`);
    }
    this.#refuseHidden(field, 'back relation ');
    if (field['collectionId'] !== this.#collection.id || this.#isUnsaved()) {
      const complaint = 'invalid collection reference of a back relation field';
      return this.#missing(`${complaint} "${fieldName}"`);
    }
    this.#joinBack(segment, target, field);
    return undefined;
  }

  #isUnsaved(): boolean {
    return this.#scope.context.unsaved === true && this.#alias === this.#scope.alias;
  }

  #joinBack(segment: string, target: Collection, field: Field): void {
    const multiple = isMultiple(field);
    const joins = (from: string, to: string): Join[] => {
      const id: Expression = { kind: 'column', alias: from, column: 'id' };
      const reference: Expression = { kind: 'column', alias: to, column: field.name };
      const on = multiple
        ? ({ kind: 'entry', of: id, list: reference } as const)
        : ({ kind: 'equal', left: reference, right: id } as const);
      return [{ alias: to, source: { kind: 'table', table: target.name }, on }];
    };
    this.#multi ||= multiple || !hasUniqueIndex(target.indexes, field.name);
    this.#step(target, segment, joins);
  }

  #step(target: Collection, segment: string, joins: (from: string, to: string) => Join[]): void {
    const alias = `${this.#alias}.${segment}${this.#scope.suffix}`;
    const checkAlias = `${this.#checkAlias}.${segment}`;
    for (const join of joins(this.#alias, alias)) {
      this.#scope.join(join, join.source.kind === 'table' ? target : undefined);
    }
    this.#checkJoins.push(...joins(this.#checkAlias, checkAlias));
    this.#move(target, alias, checkAlias);
  }

  #move(collection: Collection, alias: string, checkAlias: string): void {
    this.#collection = collection;
    this.#alias = alias;
    this.#checkAlias = checkAlias;
  }

  #missing(complaint: string): ResolvedOperand {
    if (this.#lenient) return NULL_OPERAND;
    throw invalid(complaint);
  }

  #refuseHidden(field: Field, kind = ''): void {
    const isClosed = field.hidden || field.type === 'password'; // a hash is nobody's to guess at
    if (isClosed && !this.#scope.allowHidden) {
      throw invalid(`non-filterable ${kind}field "${field.name}"`);
    }
  }
}

type JoinCondition = (alias: string) => NonNullable<Join['on']>;

function eachOf(alias: string, field: Field): Join['source'] {
  return { kind: 'each', of: { kind: 'column', alias, column: field.name } };
}

function publicEmail(alias: string): NonNullable<ResolvedOperand['guard']> {
  const left: Expression = { kind: 'column', alias, column: 'emailVisibility' };
  return { kind: 'equal', left, right: { kind: 'value', value: true } };
}

/** `['a', '0', 'b']` → `$.a[0].b` */
function jsonPath(segments: readonly string[]): string {
  const steps = segments.map((segment) =>
    /^\d+$/.test(segment) ? `[${segment}]` : `.${segment.replaceAll(':', '')}`,
  );
  return `$${steps.join('')}`;
}
