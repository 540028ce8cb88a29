import { ANNOTATIONS } from '../labels.ts';
import type { RolloutResource } from '../resource.ts';

/** When new instances were asked for last: in the spec or, by the backend, in an annotation. */
export function restartOf({ spec, metadata }: RolloutResource): string | undefined {
  const asked = [spec.restartedAt, metadata.annotations?.[ANNOTATIONS.restartedAt]];
  return asked
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
}
