import { hashOf } from './hash.ts';

/** Longest name of a Service, and of a label's value. */
const MAX = 63;

/** Longer names keep their beginning and end in 8 hex digits of the whole, the same ones every time. */
export function shorten(name: string): string {
  if (name.length <= MAX) return name;
  const head = name.slice(0, MAX - 9).replace(/[-.]+$/, '');
  return `${head}-${hashOf(name).slice(0, 8)}`;
}

/** What a Rollout's children are called. */
export const serviceAccountName = (name: string): string => shorten(`${name}-sa`);
export const secretName = (name: string): string => shorten(`${name}-secrets`);
export const pullSecretName = (name: string): string => shorten(`${name}-imagepullsecret`);
export const cronPullSecretName = (cronJob: string): string =>
  shorten(`${cronJob}-imagepullsecret`);
export const claimName = (name: string, volume: string): string => shorten(`${volume}-${name}`);
export const filesName = (name: string): string => shorten(`${name}-files`);
export const revisionName = (name: string): string => shorten(`${name}-revision`);
export const ingressName = (name: string, port: string): string =>
  shorten(`${port}-${name}-ingress`);
export const tlsSecretName = (name: string, port: string): string =>
  shorten(`${port}-${name}-tls-secret`);
export const routeName = (name: string, port: string): string => shorten(`${port}-${name}-route`);
export const serviceName = (name: string, port: string): string => shorten(`${port}-${name}-svc`);
