import type { Expression, Order } from '@davit/domain';
import { invalid } from './failure.ts';
import { resolvePath } from './path.ts';
import type { Scope } from './scope.ts';

const MAX_FIELDS = 8;
const MAX_NAME_LENGTH = 255;

export interface SortField {
  name: string;
  descending: boolean;
}

/** `-created,+name` → fields. Throws `invalid` beyond 8 fields or 255 characters a name. */
export function parseSort(text: string): SortField[] {
  const fields = text.split(',').map((part) => {
    const name = part.trim();
    return { name: name.replace(/^[-+]/, ''), descending: name.startsWith('-') };
  });
  if (fields.length > MAX_FIELDS) throw invalid(`more than ${String(MAX_FIELDS)} sort fields`);
  if (fields.some(({ name }) => name.length > MAX_NAME_LENGTH)) {
    throw invalid('a sort field name is too long');
  }
  return fields;
}

/** Anything that reads a column may be sorted by; a bound value may not. */
export function resolveSortField({ name, descending }: SortField, scope: Scope): Order {
  if (name === '@random') return { by: { kind: 'random' }, descending: false };
  if (name === '@rowid') return { by: { kind: 'rowid' }, descending };
  const { expression } = resolvePath(name, scope);
  if (!readsColumn(expression)) throw invalid(`invalid sort field "${name}"`);
  return { by: expression, descending };
}

function readsColumn(expression: Expression): boolean {
  if (expression.kind === 'lower') return readsColumn(expression.of);
  return ['column', 'json', 'element', 'length'].includes(expression.kind);
}
