export type { PlatformScope } from './scopes.ts';
export { COLLECTION_IDS } from './collections.ts';
export type { DeploymentStatus } from './deployment-status.ts';
export { openPlatform } from './open-platform.ts';
export type { OpenPlatform } from './open-platform.ts';
export type { PlatformParts } from './parts.ts';
export type { EngineState, Platform } from './platform.ts';
export { MASK } from './seal.ts';
