/** What a client sends was called `@request.data` before 0.23. */
export function upgradeRule(rule: string | null): string | null {
  return rule?.replaceAll('@request.data', '@request.body') ?? null;
}
