import { goto } from '$app/navigation';
import { page } from '$app/state';
import { withParameters } from '#lib/with-parameters.ts';

/** A member of the address, '' where it has none of this name. */
export const parameter = (name: string): string => page.url.searchParams.get(name) ?? '';

/** Changes members of the address; '' removes one. What is shown follows. */
export function setParameters(
  members: Readonly<Record<string, string>>,
  { replace }: { replace: boolean },
): void {
  void goto(withParameters(page.url, members), { reset: false, replace });
}
