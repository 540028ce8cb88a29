import { entryOf, isFields, isWhole } from './field-shapes.ts';
import { compareQuantities } from './quantity.ts';

type Fields = Record<string, unknown>;

/** Fields whose texts are quantities, which the API server rewrites (`1024Mi` is kept as `1Gi`). */
const QUANTITIES = new Set(['requests', 'limits', 'capacity', 'hard']);
/** Numbers that the API server does not keep when they are 0. */
const DROPPED_ZEROS = new Set(['minReadySeconds', 'initialDelaySeconds']);
/** What is added inside of fields that belong to us as a whole, where a kind of an extension has defaults. */
const DEFAULTS: Readonly<Record<string, readonly unknown[]>> = {
  group: ['', 'gateway.networking.k8s.io'],
  kind: ['Gateway', 'Service'],
  weight: [1],
};

/**
 * Does `live` have everything `desired` says? What only `live` has is somebody else's (or a default) and of no
 * interest.
 */
export function holdsFields(live: unknown, desired: unknown): boolean {
  return holds(live, desired, { name: '', isStrict: false });
}

/**
 * As `holdsFields`, and where a field is one whole (a selector, the rules of an Ingress) `live` has nothing besides:
 * an apply would take away what somebody has added to it.
 */
export function holdsExactly(live: unknown, desired: unknown): boolean {
  return holds(live, desired, { name: '', isStrict: true });
}

interface Place {
  /** of the field */
  name: string;
  isStrict: boolean;
  /** its texts are quantities */
  quantities?: boolean;
}

function holds(live: unknown, desired: unknown, place: Place): boolean {
  if (desired === undefined) return true;
  if (live === undefined || live === null) return isUnsaid(desired, place);
  if (place.isStrict && isWhole(place.name, desired)) return isSame(live, desired);
  if (Array.isArray(desired)) return Array.isArray(live) && holdsList(live, desired, place);
  if (isFields(desired)) return isFields(live) && holdsObject(live, desired, place);
  return live === desired || (place.quantities === true && isSameAmount(live, desired));
}

function isSameAmount(live: unknown, desired: unknown): boolean {
  return typeof desired !== 'boolean' && compareQuantities(textOf(live), textOf(desired)) === 0;
}

/** A quantity may be written as a number. */
function textOf(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

function holdsObject(live: Fields, desired: Fields, { isStrict, quantities }: Place): boolean {
  return Object.entries(desired).every(([name, value]) => {
    const below = { name, isStrict, quantities: quantities === true || QUANTITIES.has(name) };
    return holds(live[name], value, below);
  });
}

function holdsList(live: unknown[], desired: unknown[], { name, isStrict }: Place): boolean {
  const inside = { name: '', isStrict };
  if (isWhole(name, desired)) {
    return (
      live.length === desired.length && desired.every((item, i) => holds(live[i], item, inside))
    );
  }
  return desired.every((item) => holds(entryOf(live, item, name) ?? null, item, inside));
}

/** Inside a whole, whose every field is ours. */
function isSame(live: unknown, desired: unknown): boolean {
  if (Array.isArray(desired)) {
    if (!Array.isArray(live) || live.length !== desired.length) return false;
    return desired.every((item, index) => isSame(live[index], item));
  }
  if (!isFields(desired)) return live === desired || (isEmpty(live) && isEmpty(desired));
  if (!isFields(live)) return false;
  const added = Object.entries(live).filter(([name]) => !Object.hasOwn(desired, name));
  return (
    Object.entries(desired).every(([name, value]) => isSame(live[name], value)) &&
    added.every(([name, value]) => isEmpty(value) || DEFAULTS[name]?.includes(value) === true)
  );
}

/** The API server does not keep what says nothing. An object without fields may say something: all, or none. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}

function isUnsaid(value: unknown, { name, isStrict }: Place): boolean {
  if (value === 0) return !isStrict || DROPPED_ZEROS.has(name);
  // a right that is not denied may be given
  if (value === false) return !isStrict;
  if (!isFields(value)) return isEmpty(value);
  return Object.entries(value).every(([below, one]) => isUnsaid(one, { name: below, isStrict }));
}
