import type { KubeClient } from './kube-client.ts';

/** Writes the API server has taken, by `VERB resource/subresource`, without events and leases. */
export type WriteCounts = ReadonlyMap<string, number>;

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE']);
const NOISE = new Set(['events', 'leases']);

export async function countWrites(client: KubeClient): Promise<WriteCounts> {
  const counts = new Map<string, number>();
  for (const line of (await client.text('/metrics')).split('\n')) {
    const match = /^apiserver_request_total\{(.*)\} (\S+)$/.exec(line);
    if (!match) continue;
    const labels = new Map(
      [...(match[1] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, k, v]) => [k, v]),
    );
    const verb = labels.get('verb') ?? '';
    const resource = labels.get('resource') ?? '';
    if (!WRITES.has(verb) || NOISE.has(resource) || !labels.get('code')?.startsWith('2')) continue;
    const key = `${verb} ${[resource, labels.get('subresource')].filter(Boolean).join('/')}`;
    counts.set(key, (counts.get(key) ?? 0) + Number(match[2]));
  }
  return counts;
}

/** What was written between two counts: everything, or what matches. */
export function writesBetween(
  before: WriteCounts,
  after: WriteCounts,
  matching: RegExp = /./,
): number {
  let sum = 0;
  for (const [key, count] of after) if (matching.test(key)) sum += count - (before.get(key) ?? 0);
  return sum;
}
