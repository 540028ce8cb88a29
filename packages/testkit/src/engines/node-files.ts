import { join } from 'node:path';
import { POD_NETWORK } from './start-control-plane.ts';

export const BRIDGE = 'davittest0';
export const NETWORK = 'davit-test';
export const DNS_ADDRESS = '10.96.0.10';

/** `restrict_oom_score_adj`: without it sandboxes fail where /proc/self/oom_score_adj is guarded. */
export function containerdConfig(directory: string, socket: string): string {
  return `version = 2
root = "${directory}/containerd/root"
state = "${directory}/containerd/state"
[grpc]
address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "davit.test/pause:1"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${directory}/cni"
`;
}

export function networkConfig(directory: string): string {
  const ipam = {
    type: 'host-local',
    dataDir: join(directory, 'ipam'),
    subnet: POD_NETWORK.replace('/16', '/24'),
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const bridge = {
    type: 'bridge',
    bridge: BRIDGE,
    isGateway: true,
    ipMasq: true,
    hairpinMode: true,
  };
  return JSON.stringify({
    cniVersion: '0.4.0',
    name: NETWORK,
    plugins: [
      { ...bridge, ipam },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}

/** Anybody on the host may talk to this kubelet: it lives for a test run. */
export function kubeletConfig(socket: string, port: number): string {
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    port,
    healthzPort: 0,
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    failSwapOn: false,
    evictionHard: {},
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: 'cluster.local',
    containerRuntimeEndpoint: `unix://${socket}`,
    nodeStatusUpdateFrequency: '2s',
    serializeImagePulls: false,
  });
}

export function proxyConfig(kubeconfig: string): string {
  return JSON.stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig },
    clusterCIDR: POD_NETWORK,
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    hostnameOverride: 'node1',
  });
}

export function coreDnsConfig(address: string, port: number, kubeconfig: string): string {
  return `.:${port} {
  bind ${address}
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfig}
  }
  cache 5
}
`;
}
