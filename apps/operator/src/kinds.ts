import type { KnownKind } from '@davit/kubernetes';

/** Of Rollouts these are made, changed and removed; those that carry its label are cached. */
export const CHILD_KINDS: readonly KnownKind[] = [
  'Deployment',
  'Service',
  'Secret',
  'ConfigMap',
  'PersistentVolumeClaim',
  'Ingress',
  'Job',
  'CronJob',
  'NetworkPolicy',
  'PodDisruptionBudget',
];

/** So are these; those of the original operator have no label. */
export const WHOLE_KINDS: readonly KnownKind[] = ['ServiceAccount', 'HorizontalPodAutoscaler'];

/** And these, where the cluster has their extension. */
export const OPTIONAL_KINDS: readonly KnownKind[] = ['HTTPRoute'];

/** These are only looked at. */
export const WATCHED_KINDS: readonly KnownKind[] = ['Pod'];
