import type { Child } from '@davit/testkit';

/** A process that a test ends and starts again. */
export interface Restartable {
  readonly pid: number;
  output(): string;
  /** `kill -9` */
  kill(): Promise<void>;
  start(env?: { kubeconfig?: string }): Promise<void>;
}

/** Not started yet. */
export function restartable(
  begin: (kubeconfig: string) => Promise<Child>,
  usual = '',
): Restartable {
  let child: Child | undefined;
  return {
    get pid() {
      return child?.pid ?? 0;
    },
    output: () => child?.output() ?? '',
    async kill() {
      child?.kill('SIGKILL');
      await child?.ended;
      await child?.[Symbol.asyncDispose]();
      child = undefined;
    },
    async start({ kubeconfig = usual } = {}) {
      child = await begin(kubeconfig);
    },
  };
}
