import { renderCrd } from '@davit/rollout';
import type { ControlPlane } from '@davit/testkit';
import { until } from '@davit/testkit';

/** Installs the CRD and waits until the API server serves Rollouts. (`kubectl wait` fails on a CRD without status.) */
export async function installCrd(
  plane: Pick<ControlPlane, 'apply' | 'kubectl'>,
  crd: object = renderCrd(),
): Promise<void> {
  await plane.apply(crd);
  await until(() => isServed(plane), { what: 'Rollouts to be served' });
}

async function isServed({ kubectl }: Pick<ControlPlane, 'kubectl'>): Promise<boolean> {
  try {
    await kubectl('get', 'rollouts', '--all-namespaces', '--chunk-size=1');
    return true;
  } catch {
    return false;
  }
}
