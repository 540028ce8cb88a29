import { formatFloat } from '@davit/domain';
import type { SQLOutputValue } from 'node:sqlite';

/** A cell as text, numbers in the form Go gives them. */
export function cellText(value: SQLOutputValue | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return formatFloat(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return value.toString();
}
