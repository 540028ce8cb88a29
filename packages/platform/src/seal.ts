import { AppError } from '@davit/domain';
import type { FieldErrors, JsonObject, SealedSecret, SecretBox } from '@davit/domain';
import { secretPlaces } from './secret-places.ts';

/** What stands in a stored manifest where a secret value was; sent back, it means "as it is now". */
export const MASK = '••••';

export interface SealedSpec {
  /** the spec with every secret value masked */
  spec: JsonObject;
  sealed: SealedSecret[];
}

/**
 * Takes the secret values out of a spec. A mask stands for the value of that name among `previous`.
 * Throws `invalid` with field errors by spec path where there is none.
 */
export function sealSpec(spec: JsonObject, previous: SealedSecret[], box: SecretBox): SealedSpec {
  const masked = structuredClone(spec);
  const known = new Map(previous.map((secret) => [secret.name, secret.sealed]));
  const sealed = new Map<string, string>();
  const missing: string[][] = [];
  for (const place of secretPlaces(masked)) {
    const kept = known.get(place.name);
    if (place.value !== MASK) sealed.set(place.name, box.seal(place.value));
    else if (kept === undefined) missing.push(place.path);
    else sealed.set(place.name, kept);
    place.set(MASK);
  }
  if (missing.length > 0) {
    throw new AppError('invalid', 'A masked secret has no stored value.', {
      data: missing.reduce<FieldErrors>(withMissing, {}),
    });
  }
  return { spec: masked, sealed: [...sealed].map(([name, value]) => ({ name, sealed: value })) };
}

function withMissing(errors: FieldErrors, path: string[]): FieldErrors {
  const last = path.length - 1;
  let at = errors;
  for (const [depth, key] of path.entries()) {
    if (depth === last) {
      at[key] = {
        code: 'validation_missing_secret',
        message: 'There is no stored value to keep: enter it.',
      };
    } else at = (at[key] ??= {}) as FieldErrors;
  }
  return errors;
}

/** Secret values by sealed name. Throws `internal` when the key is not the one they were sealed with. */
export function openSecrets(sealed: SealedSecret[], box: SecretBox): Map<string, string> {
  return new Map(sealed.map((secret) => [secret.name, box.open(secret.sealed)]));
}
