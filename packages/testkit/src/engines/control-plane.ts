import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import { run } from '../run.ts';
import { available } from './available.ts';
import { programPath } from './programs.ts';
import type { ControlPlaneOptions } from './start-control-plane.ts';
import { type Started, supervised } from './supervised.ts';

/** A Kubernetes API server to test against. Disposing it removes all of it. */
export interface ControlPlane extends AsyncDisposable {
  /** path of a kubeconfig for a cluster administrator */
  readonly kubeconfig: string;
  readonly url: string;
  /** the administrator's bearer token */
  readonly token: string;
  /** its files; logs of the programs are below `logs` */
  readonly directory: string;
  /** runs kubectl against it and answers what it printed */
  kubectl(...args: string[]): Promise<string>;
  /** creates or changes objects, given as YAML text or as objects */
  apply(...objects: (string | object)[]): Promise<string>;
}

/**
 * Starts etcd and kube-apiserver, and the controllers that are asked for; ready in about 2 s. Any
 * number can run side by side. Throws `unsupported` where the programs are missing (see `has`).
 */
export async function controlPlane(
  options: ControlPlaneOptions & { directory?: string } = {},
): Promise<ControlPlane> {
  const { api } = available();
  if (api !== true) throw new AppError('unsupported', api.reason);
  const { directory: wanted, ...controllers } = options;
  const directory = await ownDirectory('control-plane', wanted);
  const { started, stop } = await supervised({ ...controllers, directory, node: false, wait: 0 });
  return describe(started, directory, stop);
}

/** A new folder; a given one must not hold anything yet, because it is removed in the end. */
export async function ownDirectory(name: string, wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return mkdtemp(join(tmpdir(), `davit-${name}-`));
  await mkdir(wanted);
  return wanted;
}

export function describe(
  started: Started,
  directory: string,
  stop: () => Promise<void>,
): ControlPlane {
  const { kubeconfig, url, token } = started;
  return {
    kubeconfig,
    url,
    token,
    directory,
    ...kubectlFor(kubeconfig),
    [Symbol.asyncDispose]: stop,
  };
}

export function kubectlFor(kubeconfig: string): Pick<ControlPlane, 'kubectl' | 'apply'> {
  const command = programPath('kubectl');
  const base = ['--kubeconfig', kubeconfig];
  return {
    kubectl: (...args) => run(command, [...base, ...args]),
    apply: (...objects) => {
      const texts = objects.map((o) => (typeof o === 'string' ? o : JSON.stringify(o)));
      return run(command, [...base, 'apply', '-f', '-'], { input: texts.join('\n---\n') });
    },
  };
}
