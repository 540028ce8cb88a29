import type { CertificateSource } from '@davit/domain';
import { expect, test } from 'vitest';
import { withCertificates } from './certificate-condition.ts';
import { hostsToSecure, secureRoutes, type WantedRoute } from './secure-routes.ts';

const certificate = { chain: 'chain', key: 'key' };

/** Has a certificate for `a.com` and one called `own`. */
const source: CertificateSource = {
  want: () => undefined,
  find: (host, name = host) =>
    name === 'own' || name === 'a.com' ? { name: `n/${name}`, certificate } : undefined,
  problem: (host, name) => (source.find(host, name) ? undefined : `Nothing for ${host}.`),
  challenges: { token: 'answer' },
  onChange: () => undefined,
};

function route(host: string, secure?: WantedRoute['secure']): WantedRoute {
  const app = { projectId: 'p', deploymentId: 'd' };
  const base = { id: host, host, path: '/', app, targets: [], state: 'active' as const };
  return secure ? { ...base, secure } : base;
}

const wanted = [
  route('a.com', { only: true }),
  route('b.com', { only: true }),
  route('c.com', { certificate: 'own', only: false }),
  route('d.com'),
];

test('serves those over HTTPS that have a certificate, the others as before', () => {
  const { routes, certificates, challenges } = secureRoutes(wanted, source);
  expect(routes.map(({ host, tls, httpsOnly }) => [host, tls, httpsOnly])).toEqual([
    ['a.com', 'n/a.com', true],
    ['b.com', undefined, undefined],
    ['c.com', 'n/own', undefined],
    ['d.com', undefined, undefined],
  ]);
  expect(certificates).toEqual({ 'n/a.com': certificate, 'n/own': certificate });
  expect(challenges).toEqual({ token: 'answer' });
  expect(JSON.stringify(routes)).not.toContain('secure');
  expect(hostsToSecure(wanted)).toEqual(['a.com', 'b.com']);
});

test('says which host has no certificate, and since when', () => {
  const first = withCertificates([], wanted, { source, now: 0 });
  expect(first).toMatchObject([{ status: 'False', reason: 'NoCertificate' }]);
  expect(first[0]?.message).toBe('Nothing for b.com.');
  const [again] = withCertificates(first, wanted, { source, now: 5000 });
  expect(again).toEqual(first[0]);
  expect(withCertificates(first, wanted.slice(3), { source, now: 5000 })).toEqual([]);
  const [well] = withCertificates(first, wanted.slice(0, 1), { source, now: 5000 });
  expect(well).toMatchObject({ status: 'True', lastTransitionTime: '1970-01-01T00:00:05Z' });
});
