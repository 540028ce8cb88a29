const image = { registry: 'davit.test', repository: 'web', tag: '1' };

/** A spec that asks for a child of every kind. */
export const everything = {
  horizontalScale: { minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 70 },
  image: { ...image, username: 'u', password: 'p' },
  secrets: [{ name: 'S', value: 'x' }],
  files: [{ path: '/etc/app.yaml', content: 'a: 1' }],
  volumes: [
    { name: 'kept', mountPath: '/kept', size: '1Gi' },
    { name: 'scratch', mountPath: '/scratch', size: '1Gi', reclaim: 'Delete' },
  ],
  interfaces: [
    {
      name: 'http',
      port: 8080,
      ingress: {
        ingressClass: 'nginx',
        annotations: { 'example.com/size': '1' },
        rules: [{ host: 'a.example', path: '/', tls: true }],
      },
      httpRoute: { gateways: [{ name: 'public' }], hostnames: ['a.example'] },
    },
  ],
  cronjobs: [{ name: 'tidy', image, schedule: '@daily', suspend: false }],
  disruptionBudget: { minAvailable: 1 },
  networkPolicy: 'project',
};
