import { ANNOTATIONS } from '../labels.ts';
import type { PodTemplate, RolloutResource } from '../resource.ts';
import type { RolloutSpec } from '../schema/spec.ts';
import { isEmpty } from './compact.ts';
import { renderContainer } from './container.ts';
import { placement } from './pod-template.ts';
import { secretsChecksum } from './secret.ts';

/** Lists and maps the original operator wrote as a whole: what is absent from the spec is absent from the pods. */
const WHOLE = [
  'command',
  'args',
  'env',
  'envFrom',
  'volumeMounts',
  'volumes',
  'nodeSelector',
  'tolerations',
  'hostAliases',
  'imagePullSecrets',
  'serviceAccountName',
];

type Fields = Record<string, unknown>;

/**
 * Whether the original operator made `live` from this very spec. It left no hash, so its work is recognised by what it
 * would have written; defaults of the API server, and ids of 0 it added by mistake, do not count.
 */
export function isOriginalTemplate(resource: RolloutResource, live: PodTemplate): boolean {
  if (usesAdditions(resource.spec)) return false;
  const [container, ...others] = (live.spec.containers ?? []) as Fields[];
  if (container === undefined || others.length > 0) return false;
  const checksum = live.metadata?.annotations?.[ANNOTATIONS.secretsChecksum];
  return (
    checksum === secretsChecksum(resource.spec) &&
    isMadeFrom(placement(resource), live.spec) &&
    isMadeFrom(renderContainer(resource), container)
  );
}

function isMadeFrom(rendered: Fields, live: Fields): boolean {
  const added = WHOLE.some((field) => rendered[field] === undefined && !isEmpty(live[field]));
  return !added && covers(live, rendered);
}

/** Everything in `part` is in `whole`; lists have the same length. */
function covers(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null) return false;
  if (Array.isArray(part) && (!Array.isArray(whole) || whole.length !== part.length)) return false;
  return Object.entries(part).every(([key, value]) => covers((whole as Fields)[key], value));
}

/** Fields that show in the pods and that the original operator knew nothing of. */
const ADDITIONS = [
  'imagePullPolicy',
  'probes',
  'drainSeconds',
  'terminationGracePeriodSeconds',
  'envFrom',
  'files',
  'mounts',
  'initContainers',
  'sidecars',
  'topologySpread',
] as const satisfies (keyof RolloutSpec)[];

const usesAdditions = (spec: RolloutSpec): boolean =>
  ADDITIONS.some((field) => !isEmpty(spec[field]));
