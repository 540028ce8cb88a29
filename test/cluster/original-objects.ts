import { createHash } from 'node:crypto';
import type { OperatorWorld } from './operator-world.ts';

/** What the original operator leaves behind: written by PUT, some of it without labels. */
export async function originalObjects(
  world: Pick<OperatorWorld, 'namespace' | 'get' | 'createAs'>,
): Promise<void> {
  const { namespace } = world;
  const { metadata } = await world.get<{ metadata: { uid: string } }>('rollout', 'web');
  const labels = { 'one-click.dev/projectId': namespace, 'one-click.dev/deploymentId': 'web' };
  const owner = { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout', name: 'web' };
  const ownerReferences = [
    { ...owner, uid: metadata.uid, controller: true, blockOwnerDeletion: true },
  ];
  const meta = (name: string): object => ({ name, namespace, labels, ownerReferences });
  const checksum = createHash('sha256').digest('hex');
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'one-click', namespace, ownerReferences },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: meta('data-web'),
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: meta('web-secrets'), type: 'Opaque' },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('web'),
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { 'one-click.dev/secrets-checksum': checksum } },
          spec: {
            serviceAccountName: 'one-click',
            containers: [
              {
                name: 'web',
                image: 'davit.test/web:1',
                env: [
                  { name: 'A', value: '1' },
                  { name: 'OLD', value: '1' },
                ],
                resources: {
                  requests: { cpu: '50m', memory: '16Mi' },
                  limits: { cpu: '1', memory: '1Gi' },
                },
                volumeMounts: [{ name: 'data-web', mountPath: '/data' }],
              },
            ],
            volumes: [{ name: 'data-web', persistentVolumeClaim: { claimName: 'data-web' } }],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('http-web-svc'),
      spec: { selector: labels, ports: [{ name: 'http', port: 8080, targetPort: 8080 }] },
    },
  ];
  await world.createAs('manager', ...objects);
}
