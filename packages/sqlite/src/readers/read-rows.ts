import type { Row } from '@davit/domain';
import type { Statement } from 'better-sqlite3';

type Cell = Row[string] | bigint | Uint8Array;

/** All rows of a statement. Integers beyond what a number holds come as their digits, blobs as text. */
export function readRows(statement: Statement<unknown[]>, parameters: readonly unknown[]): Row[] {
  const rows = statement.all(...parameters) as Row[];
  if (!rows.some(isOdd)) return rows;
  statement.safeIntegers(true);
  try {
    return (statement.all(...parameters) as Record<string, Cell>[]).map(plainRow);
  } finally {
    statement.safeIntegers(false);
  }
}

/** Every integer a bigint before, none after. */
export function plainRow(row: Readonly<Record<string, Cell>>): Row {
  return Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, plainCell(cell)]));
}

function plainCell(cell: Cell): Row[string] {
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString('utf8');
  if (typeof cell !== 'bigint') return cell;
  const number = Number(cell);
  return Number.isSafeInteger(number) ? number : String(cell);
}

/** Holds what `Row` does not say, or an integer that may have lost digits. */
function isOdd(row: Row): boolean {
  for (const name in row) {
    const cell = row[name];
    if (typeof cell === 'number') {
      if (Number.isInteger(cell) && !Number.isSafeInteger(cell)) return true;
    } else if (typeof cell === 'object' && cell !== null) return true;
  }
  return false;
}
