import type { Json, JsonObject } from '@davit/domain';

const isContainer = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null;

/** The value at a dotted path (`spec.interfaces.0.port`), or undefined. */
export function getAt(root: JsonObject, path: string): Json | undefined {
  let here: Json | undefined = root;
  for (const key of path.split('.')) here = isContainer(here) ? here[key] : undefined;
  return here;
}

/** Sets the value at a dotted path in place, making what is missing; undefined removes it. */
export function setAt(root: JsonObject, path: string, value: Json | undefined): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let here = root;
  for (const [index, key] of keys.entries()) {
    const next = here[key];
    if (isContainer(next)) here = next;
    else {
      if (value === undefined) return;
      here[key] = /^\d+$/.test(keys[index + 1] ?? last) ? [] : {};
      // read again: a reactive parent hands out its own view of what it was given
      here = here[key] as JsonObject;
    }
  }
  if (value === undefined) delete here[last];
  else here[last] = value;
}

/** Every leaf by its dotted path, for counting and naming changes. */
export function leaves(root: Json, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof root === 'object' && root !== null) {
    for (const [key, value] of Object.entries<Json>(root as JsonObject))
      for (const [path, leaf] of leaves(value, prefix === '' ? key : `${prefix}.${key}`))
        found.set(path, leaf);
  } else found.set(prefix, JSON.stringify(root));
  return found;
}

/** How many leaves differ. */
export function countChanges(from: Json, to: Json): number {
  const before = leaves(from);
  const after = leaves(to);
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).length;
}
