import { RESOURCES } from '@davit/kubernetes';
import type { KnownKind } from '@davit/kubernetes';
import { LEASE_NAME } from './config.ts';
import { CHILD_KINDS, OPTIONAL_KINDS, WATCHED_KINDS, WHOLE_KINDS } from './kinds.ts';
import { ORIGINAL_LEASE } from './original-operator.ts';

export interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

const WATCHED = ['list', 'watch'];
/** `get` is for what a cache does not tell: whose an object is whose name is taken, and who set its fields */
const MANAGED = ['get', ...WATCHED, 'create', 'patch', 'delete'];

/**
 * All the operator may do to the namespaces it works on, from the kinds it works with. A test compares it with the
 * requests an operator makes that has nothing more.
 */
export const RULES: readonly Rule[] = [
  ruleFor('Rollout', WATCHED),
  { ...ruleFor('Rollout', ['patch']), resources: ['rollouts/status'] },
  // where the API server checks who may block the deletion of an owner
  { ...ruleFor('Rollout', ['update']), resources: ['rollouts/finalizers'] },
  ...joined(
    [...CHILD_KINDS, ...WHOLE_KINDS, ...OPTIONAL_KINDS].map((kind) => ruleFor(kind, MANAGED)),
  ),
  ...WATCHED_KINDS.map((kind) => ruleFor(kind, WATCHED)),
  ruleFor('Event', ['create', 'patch']),
];

/** What the label of a project says of all that is in it: only where all namespaces are worked on. */
export const NAMESPACE_RULES: readonly Rule[] = [ruleFor('Namespace', WATCHED)];

const LEASES = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };

/** To see whether One-Click's operator is at work, in whichever namespace it lives. */
export const ORIGINAL_RULES: readonly Rule[] = [
  { ...LEASES, resourceNames: [ORIGINAL_LEASE], verbs: ['list'] },
];

/** Leader election, in the operator's own namespace. */
export const LEASE_RULES: readonly Rule[] = [
  { ...LEASES, resourceNames: [LEASE_NAME], verbs: ['get', 'update'] },
  // what does not exist has no name yet
  { ...LEASES, verbs: ['create'] },
];

function ruleFor(kind: KnownKind, verbs: string[]): Rule {
  const { apiVersion, plural } = RESOURCES[kind];
  const group = apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : '';
  return { apiGroups: [group], resources: [plural], verbs };
}

/** One rule for each API group: those who read it have less to read. */
function joined(rules: readonly Rule[]): Rule[] {
  const byGroup = Map.groupBy(rules, ({ apiGroups }) => apiGroups.join());
  return [...byGroup.values()].map(([first, ...more]) => ({
    apiGroups: first?.apiGroups ?? [],
    resources: [first, ...more].flatMap((rule) => rule?.resources ?? []),
    verbs: first?.verbs ?? [],
  }));
}

const NAME = 'davit-operator';

/** Namespace, ServiceAccount, roles and bindings of an operator that lives in `namespace`. */
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
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: here },
    role('ClusterRole', [...RULES, ...NAMESPACE_RULES, ...ORIGINAL_RULES], everywhere),
    binding('ClusterRole', everywhere),
    role('Role', LEASE_RULES, here),
    binding('Role', here),
  ];
}
