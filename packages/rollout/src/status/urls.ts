import type { RolloutInterface, RolloutSpec } from '../schema/spec.ts';

/**
 * Where the app is reached from outside, each URL once. Hosts with a wildcard name no single one; nor does a route that
 * the cluster can make nothing of.
 */
export function urlsOf(
  { interfaces = [], mode }: RolloutSpec,
  unrendered: readonly string[] = [],
): string[] {
  if (mode === 'job') return [];
  const urls = interfaces.flatMap((port, index) => [
    ...ingressUrls(port),
    ...(unrendered.includes(`interfaces[${index}].httpRoute`) ? [] : routeUrls(port)),
  ]);
  return [...new Set(urls)];
}

const isNamed = (host: string): boolean => host !== '' && !host.startsWith('*');

function ingressUrls({ ingress }: RolloutInterface): string[] {
  return (ingress?.rules ?? [])
    .filter(({ host }) => isNamed(host))
    .map(({ host, path, tls }) => url(tls === true ? 'https' : 'http', host, path));
}

/** Whether a listener speaks TLS is the Gateway's business; nearly all that are public do. */
function routeUrls({ httpRoute }: RolloutInterface): string[] {
  if (httpRoute === undefined || httpRoute.gateways.length === 0) return [];
  const { hostnames = [], paths = ['/'] } = httpRoute;
  return hostnames.filter(isNamed).flatMap((host) => paths.map((path) => url('https', host, path)));
}

const url = (scheme: string, host: string, path: string): string =>
  `${scheme}://${host}${path === '/' ? '' : path}`;
