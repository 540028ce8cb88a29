/** Suites that every implementation of a port has to pass. Needs vitest, so that it is not part of the main entry. */
export { watchDriver } from './driver-watch.ts';
export type { DriverWatch } from './driver-watch.ts';
export { rolloutDriverContract } from './rollout-driver.ts';
export type { DriverWorld } from './rollout-driver.ts';
