import { redirect } from '@sveltejs/kit';
import { routes } from '#lib/routes.ts';

export function load(): never {
  redirect(307, routes.account());
}
