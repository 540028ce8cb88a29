/** Characters below a space cannot be in a name on disk; they are written as `__0x<hex>__`. */
const CONTROL = /[\u0000-\u001f]/g;

/** Names separated by `/`, none of them empty, `.` or `..`; the side-car's ending is reserved. */
export function isKey(key: string): boolean {
  if (key.endsWith('.attrs') || key.includes('\\')) return false;
  return key.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

/** The path below the root; `key` has passed `isKey`. */
export function toPath(key: string): string {
  return key.replace(CONTROL, (character) => `__0x${character.charCodeAt(0).toString(16)}__`);
}
