import type { RolloutSpec } from '../schema/spec.ts';
import { compact, isEmpty } from './compact.ts';

export interface SecurityContexts {
  pod: Record<string, unknown>;
  container: Record<string, unknown>;
}

/** Of all containers of the pod, unless they say otherwise. */
const POD = ['fsGroup', 'runAsUser', 'runAsGroup', 'seccompProfile'] as const;
const CONTAINER = [
  'privileged',
  'readOnlyRootFilesystem',
  'runAsNonRoot',
  'allowPrivilegeEscalation',
  'capabilities',
] as const;

/** Only what is set is written: an absent user is the image's, not root. */
export function securityContexts(asked: RolloutSpec['securityContext']): SecurityContexts {
  const { capabilities, ...others } = asked ?? {};
  const kept = compact({ ...capabilities });
  const given = { ...others, ...(isEmpty(kept) ? {} : { capabilities: kept }) };
  const pick = (keys: readonly (keyof typeof given)[]): Record<string, unknown> =>
    compact(Object.fromEntries(keys.map((key) => [key, given[key]])));
  return { pod: pick(POD), container: pick(CONTAINER) };
}
