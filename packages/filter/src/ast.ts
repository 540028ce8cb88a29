import type { Operator } from '@davit/domain';

export type OperandNode =
  | { kind: 'identifier'; name: string }
  | { kind: 'text'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'function'; name: string; args: OperandNode[] };

/** `left operator right`; `any` is the `?` in front of the operator. */
export interface ComparisonNode {
  kind: 'comparison';
  operator: Operator;
  any: boolean;
  left: OperandNode;
  right: OperandNode;
}

/** Written order; the join is what stands in front of the item (ignored on the first one). */
export interface GroupNode {
  kind: 'group';
  items: { join: 'and' | 'or'; node: ComparisonNode | GroupNode }[];
}
