import { AppError } from '@davit/domain';
import type { FieldErrors, JsonObject, SealedSecret } from '@davit/domain';
import { parseManifest } from '@davit/rollout';
import type { PlatformParts } from './parts.ts';
import { sealSpec } from './seal.ts';

export interface SealedManifest {
  /** as it is stored: the Rollout manifest with every secret value masked */
  manifest: JsonObject;
  sealed: SealedSecret[];
}

/**
 * Checks a manifest and takes its secrets out.
 * Throws `invalid` with field errors below `manifest.spec`.
 */
export function sealManifest(
  manifest: unknown,
  previous: SealedSecret[],
  { box }: Pick<PlatformParts, 'box'>,
): SealedManifest {
  const { spec } = below(['manifest'], () => parseManifest(manifest));
  const plain = spec as unknown as JsonObject;
  const sealed = below(['manifest', 'spec'], () => sealSpec(plain, previous, box));
  return {
    manifest: { ...(manifest as JsonObject), spec: sealed.spec },
    sealed: sealed.sealed,
  };
}

/** Runs `work`; field errors it throws are moved below a path. */
export function below<T>(path: string[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw movedBelow(path, error);
  }
}

/** An `invalid` error with its field errors below a path; any other failure as it is. */
export function movedBelow(path: string[], error: unknown): unknown {
  if (!AppError.is(error, 'invalid')) return error;
  const leaf: FieldErrors[string] = error.data ?? {
    code: 'validation_invalid_manifest',
    message: error.message,
  };
  const data = path.reduceRight<FieldErrors[string]>((inner, key) => ({ [key]: inner }), leaf);
  return new AppError('invalid', error.message, { data: data as FieldErrors, cause: error });
}
