import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { scratchImage } from '../image.ts';
import { run } from '../run.ts';
import { until } from '../until.ts';
import { KubeApi } from './kube-api.ts';
import {
  containerdConfig,
  coreDnsConfig,
  kubeletConfig,
  NETWORK,
  networkConfig,
  proxyConfig,
} from './node-files.ts';
import type { Processes } from './processes.ts';
import { findOnPath, programPath } from './programs.ts';
import { hostAddress, SERVICE_NETWORK, type StartedControlPlane } from './start-control-plane.ts';
import { importImage } from './containerd.ts';
import { systemObjects } from './system-objects.ts';

/** A node beside a control plane: containerd, kubelet, kube-proxy, DNS, metrics. Answers when Ready. */
export async function startNode(
  processes: Processes,
  controlPlane: StartedControlPlane,
  directory: string,
): Promise<{ containerd: string }> {
  const address = hostAddress();
  const containerd = await startContainerd(processes, directory);
  const ports = { kubelet: await freePort(), metrics: await freePort(), dns: await freePort() };
  const write = (name: string, content: string): string => {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  const kubelet = write('kubelet.json', kubeletConfig(containerd, ports.kubelet));
  processes.start('kubelet', programPath('kubelet'), [
    '--kubeconfig=kubeconfig',
    `--config=${kubelet}`,
    `--root-dir=${join(directory, 'kubelet')}`,
    '--hostname-override=node1',
    `--node-ip=${address}`,
  ]);
  const proxy = write('kube-proxy.json', proxyConfig(controlPlane.kubeconfig));
  await keepServicesInside();
  processes.start('kube-proxy', programPath('kube-proxy'), [`--config=${proxy}`]);
  startMetricsServer(processes, ports.metrics);
  const corefile = write('Corefile', coreDnsConfig(address, ports.dns, controlPlane.kubeconfig));
  processes.start('coredns', programPath('coredns'), ['-conf', corefile]);
  await using api = new KubeApi(controlPlane);
  for (const [path, object] of systemObjects(address, ports)) await api.send('POST', path, object);
  const isReady = async (): Promise<boolean> => {
    const node = await api.get<KubeNode>('/api/v1/nodes/node1');
    return node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  };
  await until(isReady, { what: 'the node', timeout: 60_000, signal: processes.signal });
  return { containerd };
}

interface KubeNode {
  status: { conditions: { type: string; status: string }[] };
}

async function startContainerd(processes: Processes, directory: string): Promise<string> {
  const socket = join(directory, 'containerd.sock');
  mkdirSync(join(directory, 'cni'));
  writeFileSync(join(directory, 'cni/10-bridge.conflist'), networkConfig(directory));
  const config = join(directory, 'containerd.toml');
  writeFileSync(config, containerdConfig(directory, socket));
  processes.start('containerd', findOnPath('containerd') ?? 'containerd', ['-c', config]);
  await until(() => run('ctr', ['-a', socket, 'version']), {
    what: 'containerd',
    signal: processes.signal,
  });
  await using pause = await scratchImage('davit.test/pause:1', {
    command: ['sleep', '2147483647'],
  });
  await importImage(socket, pause.path);
  return socket;
}

/** Until kube-proxy knows a Service, its address is nobody's: it would be asked of the world outside. */
async function keepServicesInside(): Promise<void> {
  for (const chain of ['OUTPUT', 'FORWARD']) {
    const comment = ['-m', 'comment', '--comment', NETWORK];
    await run('iptables', ['-A', chain, '-d', SERVICE_NETWORK, ...comment, '-j', 'REJECT']);
  }
}

function startMetricsServer(processes: Processes, port: number): void {
  processes.start('metrics-server', programPath('metrics-server'), [
    '--kubeconfig=kubeconfig',
    '--authentication-kubeconfig=kubeconfig',
    '--authorization-kubeconfig=kubeconfig',
    `--secure-port=${port}`,
    '--cert-dir=pki/metrics',
    '--kubelet-insecure-tls',
    '--kubelet-use-node-status-port',
    '--kubelet-preferred-address-types=InternalIP',
    '--metric-resolution=10s',
    '--kubelet-request-timeout=5s',
  ]);
}
