import { ingressName, serviceName, tlsSecretName } from '../names.ts';
import type { Child, RolloutResource } from '../resource.ts';
import type { RolloutInterface } from '../schema/spec.ts';
import { compact } from './compact.ts';
import { ownedMetadata } from './metadata.ts';

type Rule = NonNullable<NonNullable<RolloutInterface['ingress']>['rules']>[number];

/** One Ingress an interface; undefined without rules: the API server keeps none that leads nowhere. */
export function renderIngress(
  resource: RolloutResource,
  port: RolloutInterface,
): Child | undefined {
  const { rules = [], annotations = {}, ingressClass = '' } = port.ingress ?? {};
  if (rules.length === 0) return undefined;
  const { name } = resource.metadata;
  const backend = { service: { name: serviceName(name, port.name), port: { number: port.port } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      ...ownedMetadata(resource, ingressName(name, port.name)),
      ...compact({ annotations }),
    },
    spec: compact({
      ingressClassName: ingressClass,
      rules: rules.map(({ host, path }) => ({
        ...compact({ host }),
        http: {
          paths: [{ ...compact({ path }), pathType: 'ImplementationSpecific', backend }],
        },
      })),
      tls: tlsOf(rules, tlsSecretName(name, port.name)),
    }),
  };
}

/** One entry a Secret, with all its hosts: two entries of one Secret would make two certificates fight over it. */
function tlsOf(rules: readonly Rule[], usual: string): object[] {
  const hostsBySecret = new Map<string, Set<string>>();
  for (const { host, tls, tlsSecretName: given = '' } of rules) {
    if (tls !== true) continue;
    const secretName = given === '' ? usual : given;
    const hosts = hostsBySecret.get(secretName) ?? new Set();
    hostsBySecret.set(secretName, host === '' ? hosts : hosts.add(host));
  }
  return [...hostsBySecret].map(([secretName, hosts]) =>
    compact({ hosts: [...hosts], secretName }),
  );
}
