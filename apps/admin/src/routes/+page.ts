import { redirect } from '@sveltejs/kit';
import { resolve } from '$app/paths';
import { routes } from '#lib/routes.ts';

/** PocketBase's links keep the page in the hash: `/_/#/pbinstall/TOKEN`. */
export function load(): never {
  const [, page, token] = /^#\/(\w+)\/(.+)$/.exec(location.hash) ?? [];
  if (page === 'pbinstall' && token !== undefined)
    redirect(307, resolve('/(auth)/pbinstall/[token]', { token }));
  redirect(307, routes.projects());
}
