import type { Collection, JsonObject } from '@davit/domain';
import type { Core } from '../core.ts';
import type { HookChains } from '../hooks/hooks.ts';
import type { RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import type { CollectionPage } from './catalog.ts';
import type { StoredCollections } from './stored-collections.ts';

/**
 * What superusers do with collections (the caller checks that they are), with the request hooks around it. Errors: as
 * those of `Collections`.
 */
export interface CollectionRequests {
  /** By the standard list parameters in `request.query`. */
  list(request: RequestInfo): Promise<CollectionPage>;
  view(idOrName: string, request: RequestInfo): Promise<Collection>;
  create(request: RequestInfo): Promise<Collection>;
  update(idOrName: string, request: RequestInfo): Promise<Collection>;
  delete(idOrName: string, request: RequestInfo): Promise<void>;
  import(
    collections: JsonObject[],
    options: { deleteMissing: boolean; request: RequestInfo },
  ): Promise<void>;
}

type Single = Extract<keyof HookChains, `onCollection${string}Request`>;

export function collectionRequests(core: Core, collections: StoredCollections): CollectionRequests {
  const around = async (
    name: Exclude<Single, 'onCollectionsListRequest' | 'onCollectionsImportRequest'>,
    event: { request: RequestInfo; collection: Collection },
    last: (collection: Collection) => Promise<unknown> | undefined,
  ): Promise<Collection> => {
    const { tags } = schemaOf(event.collection);
    await core.chains[name].run(event, tags, async (chained) => {
      await last(chained.collection);
    });
    return event.collection;
  };
  return {
    list: (request) => list(core, collections, request),
    view: (idOrName, request) =>
      around(
        'onCollectionViewRequest',
        { request, collection: collections.get(idOrName) },
        () => undefined,
      ),
    async create(request) {
      const collection = collections.draft(request.body);
      const created = await around(
        'onCollectionCreateRequest',
        { request, collection },
        (drafted) => collections.insert(drafted, request),
      );
      return collections.find(created.id) ?? created;
    },
    async update(idOrName, request) {
      const collection = collections.merged(idOrName, request.body);
      const updated = await around('onCollectionUpdateRequest', { request, collection }, (merged) =>
        collections.replace(merged, request),
      );
      return collections.find(updated.id) ?? updated;
    },
    async delete(idOrName, request) {
      const collection = collections.get(idOrName);
      await around('onCollectionDeleteRequest', { request, collection }, ({ id }) =>
        collections.delete(id, request),
      );
    },
    async import(bodies, { deleteMissing, request }) {
      const event = { request, collections: bodies, deleteMissing };
      await core.chains.onCollectionsImportRequest.run(event, [], (chained) =>
        collections.import(chained.collections, {
          deleteMissing: chained.deleteMissing,
          by: request,
        }),
      );
    },
  };
}

async function list(
  core: Core,
  collections: StoredCollections,
  request: RequestInfo,
): Promise<CollectionPage> {
  const event: { request: RequestInfo; result: CollectionPage | undefined } = {
    request,
    result: undefined,
  };
  await core.chains.onCollectionsListRequest.run(event, [], async (chained) => {
    chained.result = await collections.page(request.query);
  });
  return event.result ?? { items: [], page: 1, perPage: 30, totalItems: 0, totalPages: 0 };
}
