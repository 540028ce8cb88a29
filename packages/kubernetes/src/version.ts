/** Is resource version `a` surely newer than `b`? They are decimal numbers that grow; nothing is known of others. */
export function isNewer(a: string, b: string): boolean {
  if (!/^\d+$/.test(a) || !/^\d+$/.test(b)) return false;
  return a.length === b.length ? a > b : a.length > b.length;
}
