import { getTokenPayload, isTokenExpired } from 'pocketbase';
import type { Realm } from './realm.ts';
import { realmOf } from './realm.ts';

/** What the token in an e-mailed link says of itself. The server alone knows whether it is true. */
export interface LinkToken {
  token: string;
  /** id of the account and of its collection; empty where the token is no token */
  record: string;
  collection: string;
  email: string;
  newEmail: string;
  /** where the account can sign in to this UI */
  realm: Realm | undefined;
  /** it cannot work any more, or never could */
  dead: boolean;
}

/** The token after the hash of an address: it stays out of logs and `Referer` there. */
export function readLinkToken(hash: string, type: string): LinkToken {
  const token = hash.replace(/^#/, '');
  const payload = getTokenPayload(token);
  const text = (name: string): string => {
    const value: unknown = payload[name];
    return typeof value === 'string' ? value : '';
  };
  const collection = text('collectionId');
  return {
    token,
    record: text('id'),
    collection,
    email: text('email'),
    newEmail: text('newEmail'),
    realm: realmOf(collection),
    dead: collection === '' || text('type') !== type || isTokenExpired(token),
  };
}
