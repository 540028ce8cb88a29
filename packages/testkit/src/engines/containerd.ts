import { run } from '../run.ts';

/** Imports a docker-archive so that the node's pods can use it. */
export async function importImage(socket: string, archive: string): Promise<void> {
  await run('ctr', ['-a', socket, '-n', 'k8s.io', 'images', 'import', archive]);
}
