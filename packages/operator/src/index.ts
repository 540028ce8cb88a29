/** Reconciles Rollouts, through a port to the cluster. */
export { createReconcile } from './reconcile.ts';
export type { Reconcile, ReconcileCall, ReconcilerOptions } from './reconcile.ts';
