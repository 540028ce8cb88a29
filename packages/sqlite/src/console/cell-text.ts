import type { SQLOutputValue } from 'node:sqlite';

/** A cell as text, numbers in the form Go gives them. */
export function cellText(value: SQLOutputValue | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return floatText(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return value.toString();
}

/** Shortest digits that give the number back; an exponent below 1e-4 and from 1e6 on. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return Object.is(value, -0) ? '-0' : String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
