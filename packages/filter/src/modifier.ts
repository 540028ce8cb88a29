import { invalid } from './failure.ts';

export const MODIFIERS = ['isset', 'each', 'length', 'lower', 'changed'] as const;
export type Modifier = (typeof MODIFIERS)[number];

/** `title:lower` → the name and the modifier. Throws `invalid` on an unknown modifier. */
export function splitModifier(segment: string): { name: string; modifier?: Modifier } {
  const [name = '', suffix, ...more] = segment.split(':');
  if (suffix === undefined || more.length > 0) return { name: segment };
  const modifier = MODIFIERS.find((known) => known === suffix);
  if (!modifier) throw invalid(`unknown modifier in "${segment}"`);
  return { name, modifier };
}
