import { AppError } from '@davit/domain';
import { complaintsAcross } from './complaints-across.ts';
import { API_VERSION, KIND } from './labels.ts';
import { specSchema } from './schema/spec.ts';
import type { RolloutSpec } from './schema/spec.ts';
import { complaintsOf } from './validate.ts';

const INVALID = 'The rollout is not valid.';

/**
 * An untrusted spec as a `RolloutSpec`. Like the API server, it reads null as absent.
 * Throws `invalid` with `data` nested by spec path.
 */
export function parseRolloutSpec(input: unknown): RolloutSpec {
  const spec = withoutNulls(input);
  const data = complaintsOf(specSchema, spec) ?? complaintsAcross(spec as RolloutSpec);
  if (data === undefined) return spec as RolloutSpec;
  throw new AppError('invalid', INVALID, { data });
}

export interface Manifest {
  spec: RolloutSpec;
  annotations: Record<string, string>;
}

/**
 * A manifest (`{apiVersion, kind: 'Rollout', metadata?, spec}`). Name, namespace and labels are given by whoever
 * applies it; of its metadata only the annotations are kept.
 * Throws `invalid`; complaints about the spec are below `spec` in `data`.
 */
export function parseManifest(input: unknown): Manifest {
  if (!isObject(input)) throw refuse('', 'A manifest must be an object.');
  if (input.kind !== KIND) {
    throw refuse('kind', `Must be ${KIND}, not ${shown(input.kind)}.`);
  }
  if (input.apiVersion !== API_VERSION) {
    throw refuse('apiVersion', `Must be ${API_VERSION}, not ${shown(input.apiVersion)}.`);
  }
  return { annotations: annotationsOf(input.metadata), spec: specOf(input.spec) };
}

function specOf(input: unknown): RolloutSpec {
  if (input === undefined || input === null) {
    throw new AppError('invalid', INVALID, {
      data: { spec: { code: 'validation_required', message: 'Cannot be blank.' } },
    });
  }
  try {
    return parseRolloutSpec(input);
  } catch (error) {
    if (!AppError.is(error, 'invalid') || error.data === undefined) throw error;
    throw new AppError('invalid', error.message, {
      data: { spec: error.data[''] ?? error.data },
    });
  }
}

function annotationsOf(metadata: unknown): Record<string, string> {
  if (metadata === undefined || metadata === null) return {};
  const annotations = isObject(metadata) ? (metadata.annotations ?? {}) : undefined;
  if (!isObject(annotations) || !Object.values(annotations).every((v) => typeof v === 'string')) {
    throw new AppError('invalid', INVALID, {
      data: {
        metadata: { annotations: { code: 'validation_invalid_type', message: 'Must be texts.' } },
      },
    });
  }
  return annotations as Record<string, string>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string =>
  typeof value === 'string' && value !== '' ? `"${value.slice(0, 100)}"` : 'absent';

function refuse(field: string, message: string): AppError {
  const complaint = { code: 'validation_invalid_manifest', message };
  return field === ''
    ? new AppError('invalid', message)
    : new AppError('invalid', `Not a Rollout manifest: ${field}: ${message}`, {
        data: { [field]: complaint },
      });
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}
