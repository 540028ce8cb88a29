/** The collections whose accounts sign in to this UI. */
export type Realm = 'users' | '_superusers';

const IDS: Record<string, Realm> = {
  _pb_users_auth_: 'users',
  pbc_3142635823: '_superusers',
};

/** By the id or the name of a collection. */
export const realmOf = (collection: string): Realm | undefined =>
  collection === 'users' || collection === '_superusers' ? collection : IDS[collection];

const KEY = 'davit_realm';

/** Who signed in last on this computer, for the page to begin with. */
export function rememberedRealm(): Realm {
  return localStorage.getItem(KEY) === '_superusers' ? '_superusers' : 'users';
}

export function rememberRealm(realm: Realm): void {
  localStorage.setItem(KEY, realm);
}
