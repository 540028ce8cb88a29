/** The rollout driver for one Docker host. */
export { createDockerDriver } from './driver/docker-driver.ts';
export type { DockerDriverOptions } from './driver/docker-driver.ts';
export type { DriverTimes, Probe } from './driver/context.ts';
export { DockerApi, parseDockerHost } from './docker-api.ts';
