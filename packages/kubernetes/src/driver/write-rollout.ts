import { AppError } from '@davit/domain';
import type { FieldErrors, JsonObject, RolloutIntent } from '@davit/domain';
import { ANNOTATIONS, API_VERSION, KIND, LABELS } from '@davit/rollout';
import { isAlreadyExists } from '../error.ts';
import type { KubeObject } from '../kube-object.ts';
import { appliedHash, appliedHashOf, isDrifted } from './applied-hash.ts';
import { optional, ownershipOf, pathOf, rolloutPath, whileConflicting } from './context.ts';
import type { DriverContext } from './context.ts';
import { secretNames } from './intent-secrets.ts';
import type { SecretNames } from './intent-secrets.ts';

type LiveRollout = KubeObject & { spec: JsonObject };

export interface WriteOptions {
  signal: AbortSignal;
  /** put back what somebody changed */
  revert?: boolean;
}

/** The spec the CR gets: the intent's, with references to the Secrets that hold its values. */
export function referringSpec(intent: RolloutIntent, names: SecretNames): JsonObject {
  const { secretsFrom, pullSecretName } = names;
  if (secretsFrom !== undefined && (intent.spec.secretsFrom ?? '') !== '') {
    const message = 'Cannot be combined with secrets of its own.';
    throw new AppError('invalid', 'The rollout is not valid.', {
      data: { secretsFrom: { code: 'validation_combination', message } },
    });
  }
  const image = intent.spec.image as JsonObject;
  return {
    ...intent.spec,
    image: { ...image, ...(pullSecretName === undefined ? {} : { pullSecretName }) },
    ...(secretsFrom === undefined ? {} : { secretsFrom }),
  };
}

/** Does the CR hold this intent already? Drift does not count, unless it shall be reverted. */
export function holdsIntent(
  live: LiveRollout,
  intent: RolloutIntent,
  wanted: { spec: JsonObject; revert: boolean },
): boolean {
  const { metadata } = live;
  if (appliedHash(metadata) !== appliedHashOf(wanted.spec)) return false;
  if (metadata.labels?.[LABELS.rolloutId] !== intent.rolloutId) return false;
  return !(wanted.revert && isDrifted(metadata, live.spec));
}

/** Creates or replaces the CR. Whoever read an older version than there is now loses, and looks again. */
export async function writeRollout(
  intent: RolloutIntent,
  context: DriverContext,
  options: WriteOptions & { names: SecretNames },
): Promise<void> {
  const spec = referringSpec(intent, options.names);
  const { signal, revert = false } = options;
  await whileConflicting(async () => {
    const path = rolloutPath(intent);
    const live = await optional(context.kube.get<LiveRollout>(path, { signal }));
    const wanted = resourceOf(intent, spec, context);
    if (live === undefined) {
      const all = pathOf('Rollout', intent.projectId);
      return void (await context.kube.create(all, wanted, { signal }));
    }
    const ownership = ownershipOf(live.metadata, context);
    if (ownership === 'foreign') {
      throw new AppError(
        'conflict',
        `The Rollout ${intent.deploymentId} belongs to somebody else.`,
        { reason: 'NameConflict' },
      );
    }
    if (ownership === 'ours' && holdsIntent(live, intent, { spec, revert })) return;
    await context.kube.update(path, replacing(live, wanted), { signal });
  });
}

/** Asks the API server, without changing anything. */
export async function dryRunRollout(
  intent: RolloutIntent,
  context: DriverContext,
  signal: AbortSignal,
): Promise<void> {
  const names = await secretNames(intent, intent, context);
  const wanted = resourceOf(intent, referringSpec(intent, names), context);
  const options = { query: { dryRun: 'All', fieldValidation: 'Strict' }, signal };
  try {
    await context.kube.create(pathOf('Rollout', intent.projectId), wanted, options);
  } catch (error) {
    // the namespace comes with the first rollout
    if (AppError.is(error, 'not_found')) return;
    if (!isAlreadyExists(error)) throw bySpecPath(error);
    const path = rolloutPath(intent);
    const live = await optional(context.kube.get<LiveRollout>(path, { signal }));
    if (live === undefined) return;
    await context.kube.update(path, replacing(live, wanted), options).catch((refusal: unknown) => {
      // somebody writes at this moment; that says nothing about the spec
      if (!AppError.is(refusal, 'conflict')) throw bySpecPath(refusal);
    });
  }
}

/** The API server names fields from the root of the resource. */
export function bySpecPath(error: unknown): unknown {
  if (!AppError.is(error, 'invalid') || error.data?.spec === undefined) return error;
  const { spec, ...others } = error.data;
  return new AppError('invalid', error.message, {
    data: { ...others, ...(spec as FieldErrors) },
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    cause: error,
  });
}

function resourceOf(intent: RolloutIntent, spec: JsonObject, context: DriverContext): LiveRollout {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: {
      name: intent.deploymentId,
      namespace: intent.projectId,
      labels: {
        [LABELS.projectId]: intent.projectId,
        [LABELS.deploymentId]: intent.deploymentId,
        [LABELS.rolloutId]: intent.rolloutId,
        [LABELS.installation]: context.installationId,
      },
      annotations: { [ANNOTATIONS.appliedHash]: appliedHashOf(spec) },
    },
    spec,
  };
}

/** Labels and annotations of others stay, and so does the number of instances where the intent has none. */
function replacing(live: LiveRollout, wanted: LiveRollout): LiveRollout {
  const { metadata, spec } = live;
  const { replicas } = spec;
  return {
    ...wanted,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...wanted.metadata.labels },
      annotations: { ...metadata.annotations, ...wanted.metadata.annotations },
    },
    spec: { ...(replicas === undefined ? {} : { replicas }), ...wanted.spec },
  };
}
