import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeApi } from './kube-api.ts';
import { PROVISIONER } from './system-objects.ts';

interface Meta {
  name: string;
  namespace: string;
  uid: string;
}
interface Claim {
  metadata: Meta;
  spec: {
    accessModes: string[];
    storageClassName?: string;
    volumeName?: string;
    resources: { requests: { storage: string } };
  };
  status: { phase: string; capacity?: { storage: string } };
}
interface Volume {
  metadata: Meta & { annotations?: Record<string, string> };
  spec: { persistentVolumeReclaimPolicy: string; capacity: { storage: string } };
  status: { phase: string };
}

/**
 * What a storage driver does, with folders: gives pending claims of class `standard` a volume,
 * grows bound ones, removes released ones with their data. Runs until the signal is aborted.
 */
export async function provisionVolumes(
  api: KubeApi,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await round(api, directory);
    } catch (error) {
      // the next round sees the same world again
      if (!signal.aborted) console.error(error);
    }
    await sleep(300, undefined, { signal }).catch(() => undefined);
  }
}

async function round(api: KubeApi, directory: string): Promise<void> {
  const claims = await api.get<{ items: Claim[] }>('/api/v1/persistentvolumeclaims');
  const volumes = await api.get<{ items: Volume[] }>('/api/v1/persistentvolumes');
  const ours = volumes.items.filter(isOurs);
  const names = new Map(ours.map((volume) => [volume.metadata.name, volume]));
  for (const claim of claims.items) {
    if (claim.spec.storageClassName !== 'standard') continue;
    const volume = names.get(volumeName(claim));
    if (!volume && claim.status.phase === 'Pending') await create(api, directory, claim);
    if (volume && claim.status.phase === 'Bound') await grow(api, claim);
  }
  for (const volume of ours) if (isReleased(volume)) await remove(api, directory, volume);
}

const volumeName = (claim: Claim): string => `pv-${claim.metadata.uid}`;

function isOurs({ metadata }: Volume): boolean {
  return metadata.annotations?.['pv.kubernetes.io/provisioned-by'] === PROVISIONER;
}

function isReleased({ spec, status }: Volume): boolean {
  return status.phase === 'Released' && spec.persistentVolumeReclaimPolicy === 'Delete';
}

async function create(api: KubeApi, directory: string, claim: Claim): Promise<void> {
  const name = volumeName(claim);
  const path = join(directory, 'volumes', name);
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777); // pods run as any user
  await api.send('POST', '/api/v1/persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER } },
    spec: {
      capacity: { storage: claim.spec.resources.requests.storage },
      accessModes: claim.spec.accessModes,
      storageClassName: 'standard',
      persistentVolumeReclaimPolicy: 'Delete',
      hostPath: { path },
      claimRef: {
        namespace: claim.metadata.namespace,
        name: claim.metadata.name,
        uid: claim.metadata.uid,
      },
    },
  });
}

async function grow(api: KubeApi, claim: Claim): Promise<void> {
  const wanted = claim.spec.resources.requests.storage;
  if (claim.status.capacity?.storage === wanted) return;
  const { name, namespace } = claim.metadata;
  const capacity = { storage: wanted };
  await api.send('PATCH', `/api/v1/persistentvolumes/${volumeName(claim)}`, { spec: { capacity } });
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}/status`;
  await api.send('PATCH', path, { status: { capacity } });
}

async function remove(api: KubeApi, directory: string, volume: Volume): Promise<void> {
  await api.send('DELETE', `/api/v1/persistentvolumes/${volume.metadata.name}`);
  rmSync(join(directory, 'volumes', volume.metadata.name), { recursive: true, force: true });
}
