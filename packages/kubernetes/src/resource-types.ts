import type { ResourceType } from './resource-path.ts';

export type KnownKind =
  | 'Rollout'
  | 'Deployment'
  | 'ReplicaSet'
  | 'Service'
  | 'Secret'
  | 'ServiceAccount'
  | 'PersistentVolumeClaim'
  | 'Pod'
  | 'Namespace'
  | 'Event'
  | 'Ingress'
  | 'CronJob'
  | 'Job'
  | 'HorizontalPodAutoscaler'
  | 'ConfigMap'
  | 'NetworkPolicy'
  | 'PodDisruptionBudget'
  | 'HTTPRoute'
  | 'ControllerRevision';

/** The kinds Davit reads or writes, as the API server's paths name them. */
export const RESOURCES: Readonly<Record<KnownKind, ResourceType>> = {
  Rollout: { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout', plural: 'rollouts' },
  Deployment: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  ReplicaSet: { apiVersion: 'apps/v1', kind: 'ReplicaSet', plural: 'replicasets' },
  Service: { apiVersion: 'v1', kind: 'Service', plural: 'services' },
  Secret: { apiVersion: 'v1', kind: 'Secret', plural: 'secrets' },
  ServiceAccount: { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts' },
  PersistentVolumeClaim: {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
  },
  Pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods' },
  Namespace: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces' },
  Event: { apiVersion: 'v1', kind: 'Event', plural: 'events' },
  Ingress: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', plural: 'ingresses' },
  CronJob: { apiVersion: 'batch/v1', kind: 'CronJob', plural: 'cronjobs' },
  Job: { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs' },
  HorizontalPodAutoscaler: {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
  },
  ConfigMap: { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps' },
  NetworkPolicy: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
  },
  PodDisruptionBudget: {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
  },
  HTTPRoute: {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    plural: 'httproutes',
  },
  ControllerRevision: {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
  },
};

export function isKnownKind(kind: string): kind is KnownKind {
  return Object.hasOwn(RESOURCES, kind);
}
