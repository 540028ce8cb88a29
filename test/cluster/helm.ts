import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programPath } from '@davit/testkit';

export const CHART: string = join(import.meta.dirname, '../../helm/davit-operator');

/** The real helm; without a kubeconfig it can only render. */
export async function helm(kubeconfig: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const options = { env, maxBuffer: 2 ** 24 };
  const { stdout } = await promisify(execFile)(programPath('helm'), args, options);
  return stdout;
}
