import type { NamedScope } from '@davit/records';
import { COLLECTION_IDS } from './collections.ts';

const { rollouts } = COLLECTION_IDS;

export const PLATFORM_SCOPES = [
  '@platform:status',
  '@platform:events',
  '@platform:logs',
  '@platform:restart',
  '@platform:deploy',
] as const;
/** What an API key needs for what is beyond records. */
export type PlatformScope = (typeof PLATFORM_SCOPES)[number];

/** Deploying, stopping and going back are changes of rollout records. */
const INCLUDES: Partial<Record<PlatformScope, readonly string[]>> = {
  '@platform:deploy': [`${rollouts}:create`, `${rollouts}:update`],
};

export const namedScopes: readonly NamedScope[] = PLATFORM_SCOPES.map((name) => ({
  name,
  includes: INCLUDES[name] ?? [],
}));
