import { parseFilter } from '@davit/filter';
import type { ComparisonNode, GroupNode, OperandNode } from '@davit/filter';
import { badRequest } from '../failure.ts';

const COLUMN = /^(id|created|level|message|data|data\.[\w.:]*\w)$/;
/** macros such as `@now`; nobody's request and no other table is behind an entry */
const LITERAL = /^(true|false|null|@(?!request\.|collection\.).*)$/i;

/** Log entries are filtered by their own columns as they are, without modifiers. Throws `invalid`. */
export function checkLogFilter(filter: string): void {
  if (filter !== '') checkNode(parseFilter(filter));
}

function checkNode(node: GroupNode | ComparisonNode): void {
  if (node.kind === 'group') return node.items.forEach((item) => checkNode(item.node));
  checkOperand(node.left);
  checkOperand(node.right);
}

function checkOperand(operand: OperandNode): void {
  if (operand.kind === 'function') operand.args.forEach(checkOperand);
  else if (operand.kind === 'identifier' && !isKnown(operand.name)) throw badRequest();
}

function isKnown(name: string): boolean {
  return COLUMN.test(name) || LITERAL.test(name);
}
