import type { Json, JsonObject } from '@davit/domain';
import { MASK } from './seal.ts';

const API = { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout' };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The manifest of a spec that was edited on the engine. Secrets are not in such a spec: those of the running
 * manifest stay (masked), unless the edit names them itself.
 */
export function adoptedManifest(drift: JsonObject, running: JsonObject): JsonObject {
  const spec = structuredClone(drift);
  const before = isObject(running.spec) ? running.spec : {};
  const secrets = mergedSecrets(spec.secrets, before.secrets);
  if (secrets.length > 0) spec.secrets = secrets;
  if (isObject(spec.image) && isObject(before.image) && spec.image.password === undefined) {
    const { registry, username, password } = before.image;
    if (registry === spec.image.registry && password === MASK) {
      Object.assign(spec.image, { username, password });
    }
  }
  delete spec.suspend;
  return { ...API, spec };
}

function mergedSecrets(edited: Json | undefined, before: Json | undefined): JsonObject[] {
  const own = Array.isArray(edited) ? edited.filter(isObject) : [];
  const kept = Array.isArray(before) ? before.filter(isObject) : [];
  const named = new Set(own.map(({ name }) => name));
  return [...kept.filter(({ name }) => !named.has(name)), ...own];
}
