import { pb } from './client.ts';
import { PER_PAGE, type Page } from './page.ts';

/** A key of a program, without its secret. */
export interface ApiKey {
  id: string;
  name: string;
  /** how the secret begins */
  prefix: string;
  scopes: string[];
  /** collection and id of its owner */
  collectionRef: string;
  recordRef: string;
  created: string;
  updated: string;
  /** '': never */
  expires: string;
  /** within a minute; '': never */
  lastUsed: string;
}

const PATH = '/api/davit/v1/api-keys';

/** One's own keys, newest first; superusers see all. */
export const findKeys = (page: number): Promise<Page<ApiKey>> =>
  pb.send<Page<ApiKey>>(PATH, { query: { page, perPage: PER_PAGE } });

/** Names of the scopes one may give, but those of collections. */
export async function findScopes(): Promise<string[]> {
  return (await pb.send<{ items: string[] }>(`${PATH}/scopes`, {})).items;
}

/** Makes a key. Its secret is told only here. */
export const createKey = (
  input: Pick<ApiKey, 'name' | 'scopes' | 'expires'>,
): Promise<ApiKey & { key: string }> =>
  pb.send<ApiKey & { key: string }>(PATH, { method: 'POST', body: input });

export const revokeKey = (id: string): Promise<unknown> =>
  pb.send<unknown>(`${PATH}/${id}`, { method: 'DELETE' });

/** Names of the owners, by their ids. Superusers only. */
export async function findOwners(keys: readonly ApiKey[]): Promise<Record<string, string>> {
  const groups = Map.groupBy(keys, (key) => key.collectionRef);
  const names = [...groups].map(async ([collection, theirs]) => {
    const ids = [...new Set(theirs.map((key) => key.recordRef))];
    const filter = ids.map((id) => pb.filter('id = {:id}', { id })).join(' || ');
    const { items } = await pb.collection(collection).getList(1, ids.length, { filter });
    return items.map((item) => [item.id, String(item['email'] || item['name'] || item.id)]);
  });
  return Object.fromEntries((await Promise.all(names)).flat()) as Record<string, string>;
}

/** Names that a scope can begin with. Superusers only. */
export async function findCollections(): Promise<string[]> {
  const collections = await pb.collections.getFullList({ fields: 'name', sort: 'name' });
  return collections.map(({ name }) => name);
}
