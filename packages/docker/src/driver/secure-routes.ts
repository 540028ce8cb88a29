import type { Certificates, CertificateSource, Route, RouteTable } from '@davit/domain';

/** A route before it is known which certificate there is for it. */
export interface WantedRoute extends Route {
  /** it is to be served over HTTPS, with the certificate of this name where one is named */
  secure?: { certificate?: string; only: boolean };
}

export type Secured = Required<Pick<RouteTable, 'routes' | 'certificates' | 'challenges'>>;

/** The routes with the certificates there are. A host that has none yet is served over plain HTTP until it has. */
export function secureRoutes(
  wanted: readonly WantedRoute[],
  source: CertificateSource | undefined,
): Secured {
  const certificates: Certificates = {};
  const routes = wanted.map(({ secure, ...route }): Route => {
    const found = secure && source?.find(route.host, secure.certificate);
    if (!secure || !found) return route;
    certificates[found.name] = found.certificate;
    return { ...route, tls: found.name, ...(secure.only && { httpsOnly: true }) };
  });
  return { routes, certificates, challenges: { ...source?.challenges } };
}

/** Hosts that are content with any certificate. */
export function hostsToSecure(wanted: readonly WantedRoute[]): string[] {
  const asking = wanted.filter(({ secure }) => secure && secure.certificate === undefined);
  return [...new Set(asking.map(({ host }) => host))];
}
