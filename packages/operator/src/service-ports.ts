import type { ClusterObject } from '@davit/domain';

interface Port {
  name?: string;
  port: number;
  protocol?: string;
}

/**
 * An apply tells the ports of a Service apart by number: beside ours, renumbered by somebody, it would put another one
 * of the same name, which the API server refuses. Answers a merge patch with ours in its place, or undefined.
 */
export function portsChange(
  live: ClusterObject,
  desired: ClusterObject,
): { spec: { ports: Port[] } } | undefined {
  if (desired.kind !== 'Service') return undefined;
  const [ours, theirs] = [portsOf(desired), portsOf(live)];
  const isInTheWay = (port: Port): boolean =>
    ours.some((own) => own.name === port.name && keyOf(own) !== keyOf(port));
  if (!theirs.some(isInTheWay)) return undefined;
  const keys = new Set(ours.map(keyOf));
  const others = theirs.filter((port) => !isInTheWay(port) && !keys.has(keyOf(port)));
  return { spec: { ports: [...ours, ...others] } };
}

const portsOf = ({ spec }: ClusterObject): Port[] =>
  (spec as { ports?: Port[] } | undefined)?.ports ?? [];

const keyOf = ({ port, protocol = 'TCP' }: Port): string => `${port}/${protocol}`;
