import { expect, test } from 'vitest';
import type { RolloutInterface } from '../schema/spec.ts';
import { aRollout } from '../testing.ts';
import { renderHttpRoute } from './http-route.ts';
import { renderIngress } from './ingress.ts';
import { renderNetworkPolicy } from './network-policy.ts';

const withRules = (
  rules: NonNullable<NonNullable<RolloutInterface['ingress']>['rules']>,
): RolloutInterface => ({ name: 'http', port: 80, ingress: { rules } });

const backend = { service: { name: 'http-shop-svc', port: { number: 80 } } };

test('every rule becomes a rule of the Ingress', () => {
  const port = withRules([
    { host: 'a.example', path: '/' },
    { host: '', path: '/api' },
  ]);
  port.ingress!.annotations = { 'cert-manager.io/cluster-issuer': 'le' };
  expect(renderIngress(aRollout(), port)).toMatchObject({
    metadata: {
      name: 'http-shop-ingress',
      annotations: { 'cert-manager.io/cluster-issuer': 'le' },
    },
    spec: {
      rules: [
        {
          host: 'a.example',
          http: { paths: [{ path: '/', pathType: 'ImplementationSpecific', backend }] },
        },
        { http: { paths: [{ path: '/api', pathType: 'ImplementationSpecific', backend }] } },
      ],
    },
  });
});

test('hosts that share a Secret share one TLS entry: one certificate for all of them', () => {
  const tls = { path: '/', tls: true };
  const port = withRules([
    { ...tls, host: 'a.example' },
    { ...tls, host: 'b.example' },
    { ...tls, host: 'a.example', path: '/x' },
    { ...tls, host: 'c.example', tlsSecretName: 'wildcard' },
    { host: 'd.example', path: '/' },
  ]);
  expect(renderIngress(aRollout(), port)?.spec).toMatchObject({
    tls: [
      { hosts: ['a.example', 'b.example'], secretName: 'http-shop-tls-secret' },
      { hosts: ['c.example'], secretName: 'wildcard' },
    ],
  });
});

test('the class is set where there is one, and without rules there is no Ingress', () => {
  const port = withRules([{ host: 'a.example', path: '/' }]);
  expect(renderIngress(aRollout(), port)?.spec).not.toHaveProperty('ingressClassName');
  port.ingress!.ingressClass = 'nginx';
  expect(renderIngress(aRollout(), port)?.spec).toMatchObject({ ingressClassName: 'nginx' });
  expect(
    renderIngress(aRollout(), { ...port, ingress: { ingressClass: 'nginx' } }),
  ).toBeUndefined();
});

test('a route leads from its Gateways to the Service', () => {
  const httpRoute = {
    gateways: [{ name: 'public', namespace: 'infra' }],
    hostnames: ['a.example'],
  };
  const route = renderHttpRoute(aRollout(), { name: 'http', port: 80, httpRoute });
  expect(route).toMatchObject({
    metadata: { name: 'http-shop-route' },
    spec: {
      parentRefs: httpRoute.gateways,
      hostnames: httpRoute.hostnames,
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: 'http-shop-svc', port: 80 }],
        },
      ],
    },
  });
  expect(renderHttpRoute(aRollout(), { name: 'http', port: 80 })).toBeUndefined();
});

test('the project policy opens what has an ingress, and nothing else', () => {
  const interfaces = [withRules([{ host: 'a.example', path: '/' }]), { name: 'admin', port: 9000 }];
  expect(renderNetworkPolicy(aRollout({ interfaces }))).toBeUndefined();
  const policy = renderNetworkPolicy(aRollout({ interfaces, networkPolicy: 'project' }));
  expect(policy?.spec).toMatchObject({
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: {} }] }, { ports: [{ port: 80, protocol: 'TCP' }] }],
  });
});
