export { controlPlane } from './engines/control-plane.ts';
export type { ControlPlane } from './engines/control-plane.ts';
export { attach, cluster } from './engines/cluster.ts';
export type { Cluster, ClusterOptions } from './engines/cluster.ts';
