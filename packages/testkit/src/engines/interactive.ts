import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { loadTestImages } from '../test-images.ts';
import { available } from './available.ts';
import { cluster } from './cluster.ts';
import { prepare } from './prepare.ts';
import { programPath } from './programs.ts';

/** `npm run engines`: a cluster to play with until Ctrl-C. With `--prepare` it only brings the engines. */
const { values } = parseArgs({
  options: { prepare: { type: 'boolean', default: false }, directory: { type: 'string' } },
});

await prepare({ build: true, log: console.log });
const { api, node, chromium, acme } = available();
for (const engine of [api, node, chromium, acme]) if (engine !== true) console.log(engine.reason);
if (!values.prepare && node === true) await play();

async function play(): Promise<void> {
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const directory = values.directory ? { directory: values.directory } : {};
  await using running = await cluster({ ...directory, wait: 60_000 });
  await loadTestImages(running);
  console.log(`
A Kubernetes cluster with one node is running in ${running.directory}

  export KUBECONFIG=${running.kubeconfig}
  export DAVIT_TEST_KUBECONFIG=${running.kubeconfig} DAVIT_TEST_CONTAINERD=${running.containerd}
  ${programPath('kubectl')} get pods -A

Images: davit.test/web:1, :2, :3 (HTTP on 8080), davit.test/crash:1
Tests use it when DAVIT_TEST_KUBECONFIG is set. Ctrl-C stops it.`);
  const keepAlive = setInterval(() => undefined, 60_000);
  await stopped;
  clearInterval(keepAlive);
  console.log('stopping');
}
