import { AppError } from '@davit/domain';
import { COLLECTION_IDS } from './collections.ts';
import { textOf } from './parts.ts';
import type { PlatformParts } from './parts.ts';
import { freeSlug, slugOf } from './slug.ts';
import { ownedProject, requireOwned } from './target.ts';

const { deployments } = COLLECTION_IDS;

/** Written by the platform alone. */
const READ_ONLY = { phase: '', reason: '', message: '', drifted: false, slug: '' };

/** A deployment is made in a project of the caller's and stays there; its slug is fixed with it. */
export function onDeploymentWrite(parts: PlatformParts): void {
  const tags = [deployments];
  parts.records.hooks.onRecordCreateRequest(
    async (e) => {
      const project = await ownedProject(e, e.record, e.request.auth);
      const slug = slugOf(textOf(e.record.name));
      const siblings = await e.records.find(deployments, {
        filter: 'project = {:project} && slug ~ {:like}',
        params: { project: project.id, like: `${slug}%` },
      });
      const taken = new Set(siblings.map(({ slug }) => textOf(slug)));
      Object.assign(e.record, READ_ONLY, {
        slug: freeSlug(slug, taken),
        phase: 'Pending',
        reason: 'NoRollout',
      });
      await e.next();
    },
    { tags, id: 'platform.deployment.create' },
  );
  parts.records.hooks.onRecordDeleteRequest(
    async (e) => {
      await requireOwned(e, e.record, e.request.auth);
      await e.next();
    },
    { tags, id: 'platform.deployment.delete.request' },
  );
  parts.records.hooks.onRecordUpdateRequest(
    async (e) => {
      await requireOwned(e, e.original ?? e.record, e.request.auth);
      for (const field of Object.keys(READ_ONLY)) e.record[field] = e.original?.[field] ?? '';
      if (e.record.project !== e.original?.project) {
        throw new AppError('invalid', 'Failed to update record.', {
          data: {
            project: {
              code: 'validation_immutable',
              message: 'A deployment stays in its project.',
            },
          },
        });
      }
      await e.next();
    },
    { tags, id: 'platform.deployment.update' },
  );
}
