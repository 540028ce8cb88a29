import type { Json } from '@davit/domain';
import { sortedJson } from '@davit/domain';

/** Puts quoted values in place of `{:name}`. Names that are not given stay as they are. */
export function bindFilter(text: string, params: Readonly<Record<string, Json>>): string {
  return text.replace(/\{:(\w+)\}/g, (placeholder, name: string) =>
    Object.hasOwn(params, name) ? quote(params[name] ?? null) : placeholder,
  );
}

/** Numbers with an exponent become text: the grammar has none. */
function quote(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && /^-?\d+(\.\d+)?$/.test(String(value))) return String(value);
  const text = typeof value === 'string' ? value : sortedJson(value);
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
