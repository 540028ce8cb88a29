/** What to expand, by path segment: `a,a.b,c` → `{a: {b: {}}, c: {}}`. */
export type ExpandTree = Map<string, ExpandTree>;

const MAX_DEPTH = 6;

/** Spaces do not count. */
export function parseExpand(text: string): ExpandTree {
  const tree: ExpandTree = new Map();
  for (const path of text.replace(/\s+/g, '').split(',')) {
    let level = tree;
    for (const segment of path.split('.').slice(0, MAX_DEPTH)) {
      if (segment === '') break;
      const next = level.get(segment) ?? new Map<string, ExpandTree>();
      level.set(segment, next);
      level = next;
    }
  }
  return tree;
}
