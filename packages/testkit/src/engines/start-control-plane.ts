import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { freePort } from '../free-port.ts';
import { until } from '../until.ts';
import { createAuthority, createSigningKey, issueCertificate } from './certificates.ts';
import { type Connection, renderKubeconfig } from './kubeconfig.ts';
import type { Processes } from './processes.ts';
import { programPath } from './programs.ts';

export const POD_NETWORK = '10.244.0.0/16';
export const SERVICE_NETWORK = '10.96.0.0/16';

export interface ControlPlaneOptions {
  /** Deployments get pods, owners' children are collected, namespaces go; off where absent */
  controllerManager?: boolean;
  /** pods get nodes; off where absent */
  scheduler?: boolean;
  /** controllers and scheduler ask as often as they like, rather than 20 to 50 times a second */
  unthrottled?: boolean;
}

export interface StartOptions extends ControlPlaneOptions {
  readonly directory: string;
  /** listens on every address, so that pods reach it */
  readonly forPods: boolean;
}

export interface StartedControlPlane extends Connection {
  readonly kubeconfig: string;
}

/** etcd and kube-apiserver, and the controllers that were asked for. Answers when it is ready. */
export async function startControlPlane(
  processes: Processes,
  options: StartOptions,
): Promise<StartedControlPlane> {
  const { directory } = options;
  const etcdUrl = await startEtcd(processes);
  const connection = await startApiServer(processes, { ...options, etcdUrl });
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, renderKubeconfig(connection));
  await waitUntilReady(connection, processes);
  if (options.controllerManager) await startControllerManager(processes, options);
  if (options.scheduler) {
    const port = String(await freePort());
    const flags = ['--kubeconfig=kubeconfig', '--leader-elect=false', '--bind-address=127.0.0.1'];
    processes.start('kube-scheduler', programPath('kube-scheduler'), [
      ...flags,
      `--secure-port=${port}`,
      ...rateFlags(options),
    ]);
  }
  return { ...connection, kubeconfig };
}

/** This host's own address, as pods see it. */
export function hostAddress(): string {
  const virtual = /^(docker|br-|veth|cni|davit|virbr|flannel)/;
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const own = addresses?.find(({ family, internal }) => family === 'IPv4' && !internal);
    if (own && !virtual.test(name)) return own.address;
  }
  return '127.0.0.1';
}

async function startEtcd(processes: Processes): Promise<string> {
  const url = `http://127.0.0.1:${await freePort()}`;
  processes.start('etcd', programPath('etcd'), [
    '--data-dir=etcd',
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=http://127.0.0.1:${await freePort()}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]);
  return url;
}

async function startApiServer(
  processes: Processes,
  options: StartOptions & { etcdUrl: string },
): Promise<Connection> {
  const pki = join(options.directory, 'pki');
  const address = hostAddress();
  const authority = await createAuthority(pki);
  const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'];
  const hosts = [...names, '127.0.0.1', '10.96.0.1', address];
  const serving = await issueCertificate(authority, 'kube-apiserver', hosts);
  const proxy = await issueCertificate(authority, 'front-proxy-client');
  await createSigningKey(join(pki, 'sa.key'));
  const token = randomBytes(16).toString('hex');
  writeFileSync(join(options.directory, 'tokens.csv'), `${token},admin,admin,system:masters\n`);
  const port = await freePort();
  processes.start('kube-apiserver', programPath('kube-apiserver'), [
    `--etcd-servers=${options.etcdUrl}`,
    `--secure-port=${port}`,
    `--bind-address=${options.forPods ? '0.0.0.0' : '127.0.0.1'}`,
    `--advertise-address=${address}`,
    // addresses of a control plane without nodes are nobody's business
    ...(options.forPods ? [] : ['--endpoint-reconciler-type=none']),
    `--tls-cert-file=${serving.certificateFile}`,
    `--tls-private-key-file=${serving.keyFile}`,
    '--service-account-key-file=pki/sa.key',
    '--service-account-signing-key-file=pki/sa.key',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-cluster-ip-range=${SERVICE_NETWORK}`,
    '--token-auth-file=tokens.csv',
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    '--kubelet-preferred-address-types=InternalIP',
    '--enable-aggregator-routing=true',
    '--requestheader-client-ca-file=pki/ca.crt',
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    `--proxy-client-cert-file=${proxy.certificateFile}`,
    `--proxy-client-key-file=${proxy.keyFile}`,
  ]);
  return { url: `https://127.0.0.1:${port}`, token, authority: authority.certificate };
}

async function waitUntilReady(connection: Connection, processes: Processes): Promise<void> {
  const { url, token, authority } = connection;
  const dispatcher = new Agent({ connect: { ca: authority } });
  const headers = { authorization: `Bearer ${token}` };
  const isReady = async (): Promise<boolean> => {
    const { statusCode, body } = await request(`${url}/readyz`, { dispatcher, headers });
    await body.dump();
    return statusCode === 200;
  };
  try {
    const { signal } = processes;
    await until(isReady, { what: 'the API server', timeout: 60_000, signal });
  } finally {
    await dispatcher.close();
  }
}

function rateFlags({ unthrottled = false }: ControlPlaneOptions): string[] {
  return unthrottled ? ['--kube-api-qps=5000', '--kube-api-burst=5000'] : [];
}

async function startControllerManager(
  processes: Processes,
  options: ControlPlaneOptions,
): Promise<void> {
  processes.start('kube-controller-manager', programPath('kube-controller-manager'), [
    '--kubeconfig=kubeconfig',
    '--service-account-private-key-file=pki/sa.key',
    '--root-ca-file=pki/ca.crt',
    '--use-service-account-credentials',
    '--leader-elect=false',
    '--allocate-node-cidrs',
    `--cluster-cidr=${POD_NETWORK}`,
    '--horizontal-pod-autoscaler-sync-period=5s',
    '--bind-address=127.0.0.1',
    `--secure-port=${await freePort()}`,
    ...rateFlags(options),
  ]);
}
