import type { Observed, ObservedPod } from '../observed.ts';
import { nanosOf } from '../quantity.ts';
import type { RolloutStatus } from '../schema/status.ts';

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

/** The status fields One-Click always had: same names, same words, now in a stable order. */
export function classicStatus(
  observed: Observed,
  pods: ObservedPod[],
): Pick<RolloutStatus, 'deployment' | 'services' | 'ingresses' | 'volumes'> {
  return {
    deployment: {
      replicas: observed.deployment?.status?.replicas ?? 0,
      podNames: pods.map((pod) => pod.metadata.name).sort(),
      resources: { requestSum: sums(pods, 'requests'), limitSum: sums(pods, 'limits') },
      status: podsStatus(pods),
    },
    services: observed.services
      .map(({ metadata, spec }) => ({
        name: metadata.name,
        ports: (spec.ports ?? []).map(({ port }) => port).sort((a, b) => a - b),
        status: 'OK',
      }))
      .sort(byName),
    ingresses: (observed.ingresses ?? [])
      .map(({ metadata, spec, status }) => ({
        name: metadata.name,
        hosts: hostsOf(spec?.rules),
        status: (status?.loadBalancer?.ingress ?? []).length > 0 ? 'Operational' : 'Pending',
      }))
      .sort(byName),
    volumes: observed.pvcs
      .map(({ metadata, status }) => ({
        name: metadata.name,
        status: status?.phase ?? 'Unknown',
      }))
      .sort(byName),
  };
}

const hostsOf = (rules: { host?: string }[] = []): string[] => [
  ...new Set(rules.map(({ host = '' }) => host).filter((host) => host !== '')),
];

function podsStatus(pods: ObservedPod[]): string {
  if (pods.some((pod) => pod.status?.phase === 'Pending')) return 'Pending';
  const running = pods.filter((pod) => pod.status?.phase === 'Running');
  const ready = (pod: ObservedPod): boolean =>
    (pod.status?.containerStatuses ?? []).every((status) => status.ready);
  return running.every(ready) ? 'OK' : 'NotReady';
}

function sums(pods: ObservedPod[], kind: 'requests' | 'limits'): { cpu: string; memory: string } {
  const total = (name: string): bigint =>
    pods
      .flatMap((pod) => pod.spec.containers)
      .reduce((sum, { resources }) => sum + (nanosOf(resources?.[kind]?.[name] ?? '0') ?? 0n), 0n);
  const memory = total('memory') / 10n ** 9n;
  return { cpu: cores(total('cpu')), memory: String(memory) };
}

/** Thousandths where there are any: 0.100, but 2. */
function cores(nanos: bigint): string {
  const [whole, rest] = [nanos / 10n ** 9n, nanos % 10n ** 9n];
  if (rest === 0n) return String(whole);
  return `${whole}.${String(rest / 10n ** 6n).padStart(3, '0')}`;
}
