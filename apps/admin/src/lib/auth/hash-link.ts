// or what a mail program left of it: the page says so
const TOKEN = String.raw`([\w-]+(?:\.[\w-]*){0,2})`;

/** A page that PocketBase's links name after the hash, e.g. `/_/#/auth/confirm-verification/TOKEN`. */
export type HashLink =
  | { page: 'login' | 'forgot-password' }
  | { page: 'oauth2-success' | 'oauth2-failure' }
  | { page: 'install' | Confirmation; token: string };

/** What a link in an e-mail confirms. */
export type Confirmation = 'password-reset' | 'verification' | 'email-change';

const PLAIN: Record<string, HashLink> = {
  '/login': { page: 'login' },
  '/request-password-reset': { page: 'forgot-password' },
  '/auth/oauth2-redirect-success': { page: 'oauth2-success' },
  '/auth/oauth2-redirect-failure': { page: 'oauth2-failure' },
};

const INSTALL = /^\/pbinstall\/(.+)$/;
// superusers' mails had no `/auth` before PocketBase 0.23
const CONFIRM = new RegExp(
  `^(?:/auth)?/confirm-(password-reset|verification|email-change)/${TOKEN}$`,
);

/** The page a hash means; `undefined` where it is none of PocketBase's that Davit has. */
export function readHashLink(hash: string): HashLink | undefined {
  const path = hash.replace(/^#/, '').replace(/[/?]+$/, '');
  const plain = PLAIN[path];
  if (plain !== undefined) return plain;
  const install = INSTALL.exec(path)?.[1];
  if (install !== undefined) return { page: 'install', token: install };
  const [, page, token] = CONFIRM.exec(path) ?? [];
  return page === undefined || token === undefined
    ? undefined
    : { page: page as Confirmation, token };
}
