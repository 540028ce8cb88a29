import type { Collection } from '@davit/domain';
import { ownTable } from '../own-tables/own-table.ts';
import type { ApiKey } from './api-keys.ts';

/** A key as it is stored: scopes by id of their collection. */
export interface KeyRow extends ApiKey {
  hash: string;
}

export const API_KEYS: Collection = ownTable('_davit_api_keys', {
  id: 'text',
  name: 'text',
  prefix: 'text',
  hash: 'text',
  scopes: 'json',
  collectionRef: 'text',
  recordRef: 'text',
  created: 'date',
  updated: 'date',
  expires: 'date',
  lastUsed: 'date',
});
/** The same without what nobody may look for. */
export const SHOWN_KEYS: Collection = {
  ...API_KEYS,
  fields: API_KEYS.fields.filter(({ name }) => name !== 'hash'),
};
