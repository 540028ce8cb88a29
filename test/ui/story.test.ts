import { noCluster, theCluster } from '../cluster/provided.ts';
import { world } from '../cluster/world.ts';
import { story } from './story.ts';
import type { StoryWorld } from './story.ts';

story('Kubernetes', { world: clusterWorld, skip: noCluster !== undefined, edits: true });

async function clusterWorld(): Promise<StoryWorld> {
  const davit = await world({ cluster: await theCluster() });
  return {
    url: davit.url,
    async serviceUrl({ project, deployment }) {
      const service = ['service', `http-${deployment}-svc`, '-o=jsonpath={.spec.clusterIP}'];
      return `http://${await davit.cluster.kubectl('-n', project, 'get', ...service)}:8080`;
    },
    async editTag({ project, deployment }, tag) {
      const spec = JSON.stringify({ spec: { image: { tag } } });
      const patch = ['patch', 'ro', deployment, '--type=merge', '-p', spec];
      await davit.cluster.kubectl('-n', project, ...patch);
    },
    [Symbol.asyncDispose]: () => davit[Symbol.asyncDispose](),
  };
}
