import type { Manifest } from '#lib/api/records.ts';

/** What a new app starts from. */
export function newManifest(): Manifest {
  return {
    apiVersion: 'one-click.dev/v1alpha1',
    kind: 'Rollout',
    spec: {
      image: { registry: 'docker.io', repository: '', tag: '' },
      interfaces: [{ name: 'http', port: 80 }],
      horizontalScale: { minReplicas: 1, maxReplicas: 1, targetCPUUtilizationPercentage: 80 },
      resources: {
        requests: { cpu: '100m', memory: '128Mi' },
        limits: { cpu: '500m', memory: '512Mi' },
      },
    },
  };
}

/** What stands in a stored manifest for a secret; sent back, it keeps the value. */
export const SEALED = '••••';
