import { hashOf } from '../hash.ts';
import { childLabels } from '../labels.ts';
import { shorten } from '../names.ts';
import type { Child, RolloutResource } from '../resource.ts';
import { ownedMetadata } from './metadata.ts';
import { podHash } from './pod-hash.ts';
import { renderPodTemplate } from './pod-template.ts';
import { restartOf } from './restart.ts';

/** In mode `job`, what the Deployment is otherwise: another spec, or a restart, is another Job, which runs anew. */
export function renderJob(resource: RolloutResource): Child {
  const template = renderPodTemplate(resource);
  const { progressDeadlineSeconds: deadline, suspend } = resource.spec;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: ownedMetadata(resource, jobName(resource)),
    spec: {
      suspend: suspend === true,
      ...(deadline === undefined ? {} : { activeDeadlineSeconds: deadline }),
      template: {
        metadata: { ...template.metadata, labels: childLabels(resource.metadata) },
        spec: { ...template.spec, restartPolicy: 'Never' },
      },
    },
  };
}

export function jobName(resource: RolloutResource): string {
  const run = hashOf([podHash(resource), restartOf(resource) ?? '']).slice(0, 8);
  return shorten(`${resource.metadata.name}-${run}`);
}
