import type { Collection, Condition, Join, Order, Query, Row } from '@davit/domain';
import { AppError } from '@davit/domain';
import type { ComparisonNode, GroupNode, OperandNode } from './ast.ts';
import type { ResolveContext } from './context.ts';
import { invalid } from './failure.ts';
import { resolveOperand, withoutGuard } from './operand.ts';
import { parseFilter } from './parse-filter.ts';
import type { ResolvedOperand, Scope } from './scope.ts';
import { parseSort, resolveSortField } from './sort.ts';

/** Comparisons in one expression. */
export const MAX_EXPRESSIONS = 200;
/** Bytes of the filter of a request. */
export const MAX_FILTER_LENGTH = 3500;

export interface ExpressionOptions {
  /** instead of the context's */
  allowHidden?: boolean;
}

/**
 * One query while it is put together: rule, client filter and sort share their joins.
 *
 *     const resolution = new Resolution(context);
 *     if (rule) resolution.filter(rule);
 *     resolution.filter(clientFilter, { allowHidden: false }).sort('-created', { allowHidden: false });
 *     const page = await store.find(resolution.query(), { offset: 0, limit: 30, count: true });
 */
export class Resolution {
  readonly #context: ResolveContext;
  readonly #joins = new Map<string, Join>();
  readonly #listRules = new Map<string, Collection>();
  readonly #conditions: Condition[] = [];
  readonly #order: Order[] = [];

  constructor(context: ResolveContext) {
    this.#context = context;
  }

  /** Adds an expression; all of them must hold. Throws `invalid`. */
  filter(text: string, options: ExpressionOptions = {}): this {
    this.#conditions.push(resolveText(text, this.#scope(options)));
    return this;
  }

  /** Adds a condition that is resolved already. */
  and(condition: Condition): this {
    this.#conditions.push(condition);
    return this;
  }

  /** Adds `-created,+name,@random`. Throws `invalid`, also for more than 8 fields. */
  sort(text: string, options: ExpressionOptions = {}): this {
    const scope = this.#scope(options);
    for (const field of parseSort(text)) this.#order.push(resolveSortField(field, scope));
    return this;
  }

  /** The query so far. `rows` replaces the stored ones: what a create rule is checked on. */
  query(rows?: Row[]): Query {
    const { collection } = this.#context;
    const { where, joins } = this.#finish();
    return {
      table: collection.name,
      ...(collection.type === 'view' && { view: true }),
      ...(rows && { rows }),
      joins,
      ...(where && { where }),
      order: [...this.#order],
    };
  }

  #finish(): { where?: Condition; joins: Join[] } {
    const joins = new Map(this.#joins);
    const conditions = [...this.#conditions];
    let count = 0;
    for (const [alias, collection] of this.#listRules) {
      if (!collection.listRule) continue;
      const scope = this.#listRuleScope(alias, collection, {
        joins,
        suffix: `~${String(++count)}`,
      });
      // a missing relation has no id: it must not hide the row
      conditions.push(resolveText(`id='' || (\n${collection.listRule}\n)`, scope));
    }
    const where = conditions.length === 1 ? conditions[0] : all(conditions);
    return { joins: [...joins.values()], ...(where && { where }) };
  }

  #scope(options: ExpressionOptions): Scope {
    const allowHidden = options.allowHidden ?? this.#context.allowHidden;
    const { collection } = this.#context;
    const scope: Scope = {
      context: this.#context,
      collection,
      alias: collection.name,
      suffix: '',
      allowHidden,
      join: (join, joined) => {
        if (joined && !allowHidden) this.#requireListRule(join.alias, joined);
        this.#joins.set(join.alias, join);
      },
      condition: (text) => resolveText(text, scope),
    };
    return scope;
  }

  #requireListRule(alias: string, collection: Collection): void {
    if (collection.listRule === null) {
      throw invalid(`"${collection.name}" fields can be accessed only by superusers`);
    }
    this.#listRules.set(alias, collection);
  }

  #listRuleScope(
    alias: string,
    collection: Collection,
    { joins, suffix }: { joins: Map<string, Join>; suffix: string },
  ): Scope {
    const scope: Scope = {
      context: this.#context,
      collection,
      alias,
      suffix,
      allowHidden: true,
      join: (join) => joins.set(join.alias, join),
      condition: (text) => resolveText(text, scope),
    };
    return scope;
  }
}

/** A single expression on its own. Throws `invalid`. */
export function resolveFilter(
  text: string,
  context: ResolveContext,
): { where: Condition; joins: Join[] } {
  const { where, joins } = new Resolution(context).filter(text).query();
  return { where: where ?? { kind: 'constant', value: true }, joins };
}

/** A client's or a query's sort on its own. Throws `invalid`. */
export function resolveSort(
  text: string,
  context: ResolveContext,
): { order: Order[]; joins: Join[]; where?: Condition } {
  const { order, joins, where } = new Resolution(context).sort(text).query();
  return { order, joins, ...(where && { where }) };
}

function resolveText(text: string, scope: Scope): Condition {
  return resolveGroup(parseFilter(text), scope, { left: MAX_EXPRESSIONS });
}

/** The flat list of a group, with "and" binding tighter than "or" as in SQL. */
function resolveGroup(group: GroupNode, scope: Scope, budget: { left: number }): Condition {
  const alternatives: Condition[][] = [];
  for (const { join, node } of group.items) {
    const condition =
      node.kind === 'group'
        ? resolveGroup(node, scope, budget)
        : resolveComparison(node, scope, budget);
    const current = alternatives.at(-1);
    if (!current || join === 'or') alternatives.push([condition]);
    else current.push(condition);
  }
  const items = alternatives.map(all).filter((item) => item !== undefined);
  const [only] = items;
  return only && items.length === 1 ? only : { kind: 'or', items };
}

function all(items: Condition[]): Condition | undefined {
  return items.length > 1 ? { kind: 'and', items } : items[0];
}

/** An operand; complaints about it name it. */
function resolveSide(side: 'left' | 'right', node: OperandNode, scope: Scope): ResolvedOperand {
  try {
    return resolveOperand(node, scope);
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    const shown = 'name' in node ? node.name : String(node.value);
    throw invalid(`invalid ${side} operand "${shown}" - ${error.message}`);
  }
}

function resolveComparison(
  node: ComparisonNode,
  scope: Scope,
  budget: { left: number },
): Condition {
  if (budget.left-- <= 0) throw invalid(`more than ${String(MAX_EXPRESSIONS)} expressions`);
  const left = resolveSide('left', node.left, scope);
  const right = resolveSide('right', node.right, scope);
  const compare: Condition = {
    kind: 'compare',
    operator: node.operator,
    left: withoutGuard(left),
    right: withoutGuard(right),
    any: node.any,
  };
  const guards = [left.guard, right.guard].filter((guard) => guard !== undefined);
  return guards.length === 0 ? compare : { kind: 'and', items: [compare, ...guards] };
}
