import { redirect } from '@sveltejs/kit';
import { routes } from '#lib/routes.ts';
import { session } from '#lib/state/session.svelte.ts';

export function load({ url }: { url: URL }): void {
  if (session.valid) return;
  redirect(307, `${routes.login()}?next=${encodeURIComponent(url.pathname + url.search)}`);
}
