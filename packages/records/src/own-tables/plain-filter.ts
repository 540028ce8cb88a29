import { parseFilter } from '@davit/filter';
import type { ComparisonNode, GroupNode, OperandNode } from '@davit/filter';
import { badRequest } from '../failure.ts';

/** macros such as `@now`; nobody's request and no other table is behind a row */
const LITERAL = /^(true|false|null|@(?!request\.|collection\.).*)$/i;

/** What is no collection is filtered by its own columns as they are, without modifiers. Throws `invalid`. */
export function checkPlainFilter(filter: string, columns: RegExp): void {
  if (filter !== '') checkNode(parseFilter(filter), columns);
}

/** The same for the order it is asked in. */
export function checkPlainSort(sort: string, columns: RegExp): void {
  for (const term of sort.split(',')) {
    const name = term.trim().replace(/^[-+]/, '');
    if (name !== '' && !name.startsWith('@') && !columns.test(name)) throw badRequest();
  }
}

function checkNode(node: GroupNode | ComparisonNode, columns: RegExp): void {
  if (node.kind === 'group') return node.items.forEach((item) => checkNode(item.node, columns));
  checkOperand(node.left, columns);
  checkOperand(node.right, columns);
}

function checkOperand(operand: OperandNode, columns: RegExp): void {
  if (operand.kind === 'function') operand.args.forEach((arg) => checkOperand(arg, columns));
  else if (operand.kind === 'identifier') {
    const isKnown = columns.test(operand.name) || LITERAL.test(operand.name);
    if (!isKnown) throw badRequest();
  }
}
