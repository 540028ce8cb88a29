import type { DeploymentRef } from './rollout-driver.ts';

export const ROUTE_STATES = ['active', 'hold', 'stopped'] as const;
export type RouteState = (typeof ROUTE_STATES)[number];

/** One instance that can answer. */
export interface EdgeTarget {
  /** unique and never reused: the instance's name */
  id: string;
  /** `ip:port`, IPv6 in brackets */
  address: string;
}

/** Requests for a host and path prefix, and who answers them. */
export interface Route {
  id: string;
  /** lower case; `*.example.com` stands for one label, `*` for any host */
  host: string;
  /** prefix of whole path segments; the longest wins; `/` takes all */
  path: string;
  app: DeploymentRef;
  targets: EdgeTarget[];
  /** `hold`: requests wait; `stopped`: they are told so (503) */
  state: RouteState;
  /** name of the certificate this host is served with */
  tls?: string;
  /** plain HTTP is sent to HTTPS */
  httpsOnly?: boolean;
  /** set on every answer, in place of the app's own */
  headers?: Record<string, string>;
}

/** PEM: the chain, and the key that belongs to its first certificate. */
export interface Certificate {
  chain: string;
  key: string;
}
export type Certificates = Record<string, Certificate>;

/** A certificate under the name that routes refer to. */
export interface NamedCertificate {
  name: string;
  certificate: Certificate;
}

/** Where hosts that ask for HTTPS have their certificates from. */
export interface CertificateSource {
  /** The hosts that ask, in place of those before: what can be issued for them is. */
  want(hosts: readonly string[]): void;
  /** What a host is served with: the certificate of that name, or whichever covers the host. */
  find(host: string, name?: string): NamedCertificate | undefined;
  /** Why a host has none, in a sentence. */
  problem(host: string, name?: string): string | undefined;
  /** what `RouteTable.challenges` has to hold at the moment */
  readonly challenges: Readonly<Record<string, string>>;
  /** Calls when anything of this has changed; what it answers resolves once that is in force. */
  onChange(apply: () => Promise<void>): void;
}

/** All that an edge serves. A table replaces the one before as a whole, between two requests. */
export interface RouteTable {
  /** grows with every change */
  generation: number;
  routes: Route[];
  certificates?: Certificates;
  /** what a certificate authority is told over plain HTTP that asks any host for one of these tokens */
  challenges?: Record<string, string>;
  /** how long open requests and connections of a removed target may go on; 30 s where absent */
  drainMs?: number;
  /** how long a request waits for a route on hold; 30 s where absent */
  holdMs?: number;
}

/** What an app got to do since the edge started. */
export interface AppTraffic extends DeploymentRef {
  /** answers by class: 1xx, 2xx, … 5xx */
  statuses: [number, number, number, number, number];
  /** requests without an answer: the client left first */
  aborted: number;
  bytesIn: number;
  bytesOut: number;
  /** requests and upgraded connections right now */
  open: number;
  /** requests that wait for a route on hold */
  held: number;
  /** time to the head of the answer: how many took up to so many ms; the last bucket has no bound */
  latency: { upToMs: number | null; count: number }[];
}

export interface EdgeTargetStatus extends EdgeTarget {
  /** requests and upgraded connections it still works on */
  open: number;
  /** no longer in the table; leaves this list once it has drained */
  draining: boolean;
}

/** Where an edge takes requests, as `host:port`. */
export interface EdgeAddresses {
  http: string[];
  https: string[];
}

export interface EdgeStatus {
  /** the generation in force; 0 before the first table */
  generation: number;
  /** as they were asked for */
  listens: EdgeAddresses;
  targets: EdgeTargetStatus[];
  apps: AppTraffic[];
  /** what an operator should know, in plain words */
  problems: string[];
}

/**
 * The reverse proxy in front of the instances of one host.
 * Errors: `unavailable` (no edge there: try again), `invalid` (the table is refused; `data` by path),
 * `conflict` (a newer generation is in force, or this generation with other routes).
 */
export interface EdgePort {
  /** Resolves when the table is durable and in force. The same table again changes nothing. */
  put(table: RouteTable, options: { signal: AbortSignal }): Promise<{ generation: number }>;
  /** The generation in force, and what is still open: a target that is not listed has drained. */
  inForce(options: { signal: AbortSignal }): Promise<EdgeStatus>;
}
