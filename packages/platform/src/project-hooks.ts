import type { InternalOperations } from '@davit/records';
import { COLLECTION_IDS } from './collections.ts';
import { textOf } from './parts.ts';
import type { PlatformParts } from './parts.ts';
import { freeSlug, slugOf } from './slug.ts';

const { projects } = COLLECTION_IDS;

/** A project's slug, a part of its apps' host names, is unique and fixed at its creation. */
export function onProjectWrite({ records }: PlatformParts): void {
  const tags = [projects];
  records.hooks.onRecordCreateRequest(
    async (e) => {
      e.record.slug = await unusedSlug(e.records, slugOf(textOf(e.record.name)));
      await e.next();
    },
    { tags, id: 'platform.project.slug' },
  );
  records.hooks.onRecordUpdateRequest(
    async (e) => {
      e.record.slug = e.original?.slug ?? '';
      await e.next();
    },
    { tags, id: 'platform.project.update' },
  );
}

async function unusedSlug(
  records: Pick<InternalOperations, 'find'>,
  slug: string,
): Promise<string> {
  const alike = await records.find(projects, {
    filter: 'slug ~ {:like}',
    params: { like: `${slug}%` },
  });
  return freeSlug(slug, new Set(alike.map((project) => textOf(project.slug))));
}
