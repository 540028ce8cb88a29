/**
 * A resolved read: what the filter package produces and a store turns into its own language.
 * Names are checked already; values are always bound, never pasted.
 */
export type Value = string | number | boolean | null;

export type Expression =
  | { kind: 'value'; value: Value }
  | { kind: 'column'; alias: string; column: string }
  /** a JSON column, or a path inside it: `$`, `$.a`, `$.a[0]` */
  | { kind: 'json'; alias: string; column: string; path: string }
  /** the element of an `each` join */
  | { kind: 'element'; alias: string }
  | { kind: 'lower'; of: Expression }
  /** number of entries of a multi-value column; a plain value counts as one */
  | { kind: 'length'; alias: string; column: string }
  | { kind: 'call'; name: 'geoDistance' | 'strftime'; args: Expression[] }
  /** 1 where the condition holds, else 0 or null */
  | { kind: 'condition'; of: Condition };

export interface Join {
  alias: string;
  source:
    | { kind: 'table'; table: string }
    /** one row per entry of a multi-value column (or of a bound JSON list) */
    | { kind: 'each'; of: Expression };
  /** absent: joined without a condition */
  on?: Condition;
}

export const OPERATORS = ['=', '!=', '>', '>=', '<', '<=', '~', '!~'] as const;
export type Operator = (typeof OPERATORS)[number];

/**
 * One side of a comparison. `multi` is set where the path can yield several values for one base row;
 * with a plain operator all of them must satisfy the comparison, with a `?` operator one is enough.
 */
export interface Operand {
  expression: Expression;
  /** JSON-like values are compared without the empty/null fallback */
  exact?: boolean;
  multi?: MultiMatch;
}
/** The same path once more, for the "all match" check. */
export interface MultiMatch {
  /** the outer alias whose row is checked: the query's table, or a join of it */
  base: string;
  /** `table` read again under `alias`, tied to `base` by id */
  table: string;
  alias: string;
  joins: Join[];
  expression: Expression;
}

export type Condition =
  | { kind: 'constant'; value: boolean }
  | {
      kind: 'compare';
      operator: Operator;
      left: Operand;
      right: Operand;
      /** `?=`-style: any match is enough */
      any: boolean;
    }
  /** SQL precedence applies: and binds tighter than or */
  | { kind: 'and' | 'or'; items: Condition[] }
  /** plain equality, without the empty/null fallback: what joins are made of */
  | { kind: 'equal'; left: Expression; right: Expression }
  /** `column IN (values)` */
  | { kind: 'in'; of: Expression; values: Value[] }
  /** `of` is one of the entries of a multi-value column */
  | { kind: 'entry'; of: Expression; list: Expression };

export interface Order {
  by: Expression | { kind: 'random' } | { kind: 'rowid' };
  descending: boolean;
}

export interface Query {
  /** table (collection name) rows are read from; its alias is the name itself */
  table: string;
  /** the table is a view: its rows have no rowid and are told apart by `id` */
  view?: boolean;
  /** rows given instead of stored ones: the not yet saved record a create rule is checked on */
  rows?: Row[];
  joins: Join[];
  where?: Condition;
  order: Order[];
}

/** A stored row: booleans are 0/1, JSON and multi-values are text. */
export interface Row {
  [column: string]: string | number | null;
}
