type Fields = Record<string, unknown>;

/** What tells the entries of a list apart, by the list's name: entries of others may stand beside ours. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  env: ['name'],
  hostAliases: ['ip'],
  imagePullSecrets: ['name'],
  initContainers: ['name'],
  ownerReferences: ['uid'],
  ports: ['port', 'protocol'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
};

/** Objects that belong as a whole to whoever sets them. */
const WHOLE = new Set(['labelSelector', 'nodeSelector', 'podSelector', 'selector']);

/**
 * How the API server sees a field of that name, in the kinds of objects that are rendered: as one whole of one owner,
 * or as parts that different owners may set.
 */
export function isWhole(name: string, value: unknown): boolean {
  return Array.isArray(value) ? KEYS[name] === undefined : WHOLE.has(name);
}

/** What tells the entries of a list of that name apart, where others may have entries in it, too. */
export function keysOf(name: string): readonly string[] | undefined {
  return KEYS[name];
}

/** The entry of a list of that name that is the same thing as this one; undefined where there is none. */
export function entryOf(list: readonly unknown[], entry: unknown, name: string): unknown {
  const keys = KEYS[name];
  if (keys === undefined || !isFields(entry)) return undefined;
  return list.find((other) => isFields(other) && keys.every((key) => other[key] === entry[key]));
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
