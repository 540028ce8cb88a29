import { DNS_ADDRESS } from './node-files.ts';

export interface HostPorts {
  readonly metrics: number;
  readonly dns: number;
}

export const PROVISIONER = 'davit.test/host-path';

/** What a cluster has besides its node, with the path to post each to: DNS, metrics, storage. */
export function systemObjects(address: string, ports: HostPorts): [string, object][] {
  const services = '/api/v1/namespaces/kube-system/services';
  const slices = '/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices';
  const endpoints = [{ addresses: [address] }];
  const dns = [
    { name: 'dns', port: 53, targetPort: ports.dns, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, targetPort: ports.dns, protocol: 'TCP' },
  ];
  const dnsPorts = dns.map(({ name, protocol }) => ({ name, port: ports.dns, protocol }));
  const metricsPorts = [{ name: '', port: ports.metrics }];
  return [
    [services, service('metrics-server', { ports: [{ port: 443, targetPort: ports.metrics }] })],
    [slices, { ...slice('metrics-server'), ports: metricsPorts, endpoints }],
    ['/apis/apiregistration.k8s.io/v1/apiservices', metricsApi],
    [services, service('kube-dns', { clusterIP: DNS_ADDRESS, ports: dns })],
    [slices, { ...slice('kube-dns'), ports: dnsPorts, endpoints }],
    ['/apis/storage.k8s.io/v1/storageclasses', storageClass],
  ];
}

/** Without a selector: the program behind it runs on the host, not in a pod. */
function service(name: string, spec: object): object {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
}

function slice(service: string): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-host`, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
  };
}

const metricsApi = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1beta1.metrics.k8s.io' },
  spec: {
    service: { name: 'metrics-server', namespace: 'kube-system' },
    group: 'metrics.k8s.io',
    version: 'v1beta1',
    insecureSkipTLSVerify: true,
    groupPriorityMinimum: 100,
    versionPriority: 100,
  },
};

const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: 'standard',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: PROVISIONER,
  volumeBindingMode: 'Immediate',
  allowVolumeExpansion: true,
};
