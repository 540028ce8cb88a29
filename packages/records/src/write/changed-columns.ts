import type { Row } from '@davit/domain';

/** The columns of `row` that differ from `before`. */
export function changedColumns(row: Row, before: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name, value]) => before[name] !== value));
}
