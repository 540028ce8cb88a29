import { ORIGINAL_LEASE } from './original-operator.ts';

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

const WATCHED = ['get', 'list', 'watch'];
const MANAGED = [...WATCHED, 'create', 'patch', 'delete'];

/** All the operator may do to the namespaces it works on; a test runs it with nothing more. */
export const RULES: readonly Rule[] = [
  { apiGroups: ['one-click.dev'], resources: ['rollouts'], verbs: WATCHED },
  { apiGroups: ['one-click.dev'], resources: ['rollouts/status'], verbs: ['patch'] },
  // where the API server checks who may block the deletion of an owner
  { apiGroups: ['one-click.dev'], resources: ['rollouts/finalizers'], verbs: ['update'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: MANAGED },
  {
    apiGroups: [''],
    resources: ['services', 'secrets', 'configmaps', 'serviceaccounts', 'persistentvolumeclaims'],
    verbs: MANAGED,
  },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: MANAGED },
  {
    apiGroups: ['networking.k8s.io'],
    resources: ['ingresses', 'networkpolicies'],
    verbs: MANAGED,
  },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes'], verbs: MANAGED },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: MANAGED },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: MANAGED },
  { apiGroups: [''], resources: ['pods'], verbs: WATCHED },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
];

/** To see whether One-Click's operator is at work, in whichever namespace it lives. */
export const ORIGINAL_RULES: readonly Rule[] = [
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    resourceNames: [ORIGINAL_LEASE],
    verbs: ['list'],
  },
];

/** Leader election, in the operator's own namespace. */
export const LEASE_RULES: readonly Rule[] = [
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['get', 'create', 'update'],
  },
];

const NAME = 'davit-operator';

/** ServiceAccount, roles and bindings of an operator that lives in `namespace`. */
export function renderRbac(namespace: string): object[] {
  const role = (kind: string, rules: readonly Rule[], metadata: object): object => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata,
    rules,
  });
  const binding = (kind: string, metadata: object): object => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: NAME },
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
  });
  const everywhere = { name: NAME };
  const here = { name: NAME, namespace };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: here },
    role('ClusterRole', [...RULES, ...ORIGINAL_RULES], everywhere),
    binding('ClusterRole', everywhere),
    role('Role', LEASE_RULES, here),
    binding('Role', here),
  ];
}
