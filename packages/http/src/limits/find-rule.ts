import type { RateLimitRule } from '@davit/records';

/** The first rule for one of the labels, in their order: its own, then one for all paths below. */
export function findRule(
  rules: readonly RateLimitRule[],
  labels: readonly string[],
  audience: '@guest' | '@auth',
): RateLimitRule | undefined {
  const mine = rules.filter((rule) => rule.audience === '' || rule.audience === audience);
  for (const label of labels) {
    const rule =
      mine.find((known) => known.label === label) ??
      mine.find((known) => known.label.endsWith('/') && `${label}/`.startsWith(known.label));
    if (rule) return rule;
  }
  return undefined;
}
