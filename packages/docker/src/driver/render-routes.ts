import type { EdgeTarget, RouteState } from '@davit/domain';
import { isRoutable } from '../plan/ignored-fields.ts';
import type { IngressRule } from '../plan/ignored-fields.ts';
import type { DeploymentState, Reach } from './driver-state.ts';
import type { WantedRoute } from './secure-routes.ts';

/** An instance that can answer. */
export interface Server {
  name: string;
  address: string;
}

export type Named = Pick<DeploymentState, 'projectId' | 'deploymentId' | 'slug'> & {
  project: { slug?: string };
};

/** What every deployment with an interface is called, without DNS. */
export const localHost = ({ projectId, deploymentId, slug, project }: Named): string =>
  `${slug ?? deploymentId}.${project.slug ?? projectId}.localhost`;

/** The routes of a deployment: what its rules say, and a name of its own below localhost. */
export function renderRoutes(
  named: Named,
  { servers, reach, state }: { servers: readonly Server[]; reach: Reach; state: RouteState },
): WantedRoute[] {
  const { projectId, deploymentId } = named;
  const app = { projectId, deploymentId };
  const routes = new Map<string, WantedRoute>();
  for (const [index, { name, port, ingress }] of (reach.interfaces ?? []).entries()) {
    const targets = servers.map((server): EdgeTarget => targetOf(server, { port, name, index }));
    const rules = (ingress?.rules ?? [])
      .filter(isRoutable)
      .map((rule) => ({ ...rule, path: rule.path === '' ? '/' : rule.path }));
    const places = rules.map(({ host, path }) => ({
      host: host === '' ? '*' : host.toLowerCase(),
      path,
      ...securityOf(host, path, rules),
    }));
    if (index === 0) places.push({ host: localHost(named), path: '/' });
    for (const place of places) {
      const { host, path } = place;
      const id = `${projectId}/${deploymentId}:${host}${path}`;
      if (!routes.has(id)) routes.set(id, { id, ...place, app, targets, state });
    }
  }
  return [...routes.values()];
}

/**
 * A rule with TLS sends plain HTTP to HTTPS; a rule for the same place without TLS beside it asks for both to be
 * served.
 */
function securityOf(
  host: string,
  path: string,
  rules: readonly IngressRule[],
): Pick<WantedRoute, 'secure'> {
  const same = rules.filter((rule) => rule.host === host && rule.path === path);
  const secured = same.filter(({ tls }) => tls === true);
  if (secured.length === 0) return {};
  const certificate = secured.find(({ tlsSecretName = '' }) => tlsSecretName !== '')?.tlsSecretName;
  const only = secured.length === same.length;
  return { secure: { ...(certificate !== undefined && { certificate }), only } };
}

/** One id has one address: further ports of an instance are targets of their own. */
function targetOf(
  server: Server,
  { port, name, index }: { port: number; name: string; index: number },
): EdgeTarget {
  const id = index === 0 ? server.name : `${server.name}:${name}`;
  return { id, address: `${server.address}:${port}` };
}

/** The instance a target belongs to. */
export const instanceOfTarget = (id: string): string => id.split(':')[0] ?? id;

export interface Division {
  routes: WantedRoute[];
  /** `project/deployment` → hosts it asked for and others have */
  taken: Map<string, string[]>;
}

/** A host belongs to the project that had it first, a host and path to the deployment. */
export function divideRoutes(deployments: readonly DeploymentState[]): Division {
  const owners = new Map<string, string>();
  const places = new Set<string>();
  const division: Division = { routes: [], taken: new Map() };
  for (const deployment of deployments.toSorted((a, b) => a.since - b.since)) {
    for (const route of deployment.routes) {
      const { projectId, deploymentId } = route.app;
      const owner = owners.get(route.host) ?? projectId;
      const place = `${route.host}${route.path}`;
      if (owner !== projectId || places.has(place)) {
        const key = `${projectId}/${deploymentId}`;
        division.taken.set(key, [...(division.taken.get(key) ?? []), route.host]);
        continue;
      }
      owners.set(route.host, owner);
      places.add(place);
      division.routes.push(route);
    }
  }
  return division;
}
