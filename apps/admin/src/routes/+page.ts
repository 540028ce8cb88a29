import { redirect } from '@sveltejs/kit';
import { readHashLink, type HashLink } from '#lib/auth/hash-link.ts';
import { routes } from '#lib/routes.ts';

/** PocketBase's links keep the page in the hash; they lead to the same page here. */
export function load(): never {
  const link = readHashLink(location.hash);
  redirect(307, link === undefined ? routes.projects() : addressOf(link));
}

function addressOf(link: HashLink): string {
  switch (link.page) {
    case 'login':
      return routes.login('_superusers');
    case 'forgot-password':
      return routes.forgotPassword('_superusers');
    case 'oauth2-success':
      return routes.oauth2('success');
    case 'oauth2-failure':
      return routes.oauth2('failure');
    case 'install':
      return routes.install(link.token);
    default:
      return routes.confirm(link.page, link.token);
  }
}
