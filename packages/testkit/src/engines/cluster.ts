import { AppError } from '@davit/domain';
import { run } from '../run.ts';
import { available } from './available.ts';
import { importImage } from './containerd.ts';
import { type ControlPlane, describe, kubectlFor, ownDirectory } from './control-plane.ts';
import { programPath } from './programs.ts';
import { supervised } from './supervised.ts';

/** A cluster with one node, where pods really run. */
export interface Cluster extends ControlPlane {
  /** containerd's socket; undefined for an existing cluster that was given without */
  readonly containerd: string | undefined;
  /** makes an image available to pods; `unsupported` without containerd's socket */
  loadImage(image: { name: string; path: string }): Promise<void>;
}

export interface ClusterOptions {
  /** a folder of one's own to run in; removed in the end */
  directory?: string;
  /** milliseconds to wait for another test cluster on this host to go; 0 where absent */
  wait?: number;
}

/**
 * Starts a cluster: ready in about 5 s, with DNS, metrics and a default StorageClass `standard`.
 * One can run on a host; where another runs this throws `unavailable`. With `DAVIT_TEST_KUBECONFIG`
 * it starts nothing and answers that cluster. Throws `unsupported` where the host cannot (see `has`).
 */
export async function cluster(options: ClusterOptions = {}): Promise<Cluster> {
  const existing = process.env['DAVIT_TEST_KUBECONFIG'];
  if (existing) return attach(existing, process.env['DAVIT_TEST_CONTAINERD']);
  const { node } = available();
  if (node !== true) throw new AppError('unsupported', node.reason);
  const directory = await ownDirectory('cluster', options.directory);
  const { started, stop } = await supervised({
    directory,
    node: true,
    wait: options.wait ?? 0,
    controllerManager: true,
    scheduler: true,
  });
  return withImages(describe(started, directory, stop), started.containerd);
}

/** A cluster that runs already; disposing it does nothing. */
export async function attach(kubeconfig: string, containerd?: string): Promise<Cluster> {
  const args = ['--kubeconfig', kubeconfig, 'config', 'view', '--raw', '--minify', '-o', 'json'];
  const view = JSON.parse(await run(programPath('kubectl'), args)) as KubeconfigView;
  const base = {
    kubeconfig,
    url: view.clusters[0]?.cluster.server ?? '',
    token: view.users[0]?.user.token ?? '',
    directory: '',
    ...kubectlFor(kubeconfig),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return withImages(base, containerd);
}

interface KubeconfigView {
  clusters: { cluster: { server: string } }[];
  users: { user: { token?: string } }[];
}

function withImages(base: ControlPlane, containerd: string | undefined): Cluster {
  const loadImage = async ({ path }: { path: string }): Promise<void> => {
    if (!containerd)
      throw new AppError('unsupported', 'loading images needs DAVIT_TEST_CONTAINERD=SOCKET');
    await importImage(containerd, path);
  };
  return { ...base, containerd, loadImage };
}
