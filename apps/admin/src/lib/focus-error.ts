import { tick } from 'svelte';

/**
 * Puts the cursor into the first field of a form that was refused, and the field into view: to focus what has the
 * focus already scrolls nowhere. Where no field was refused, shows what is said of the whole.
 */
export async function focusFirstError(form: HTMLElement | undefined): Promise<void> {
  await tick();
  const field = form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid]');
  const folded = field?.closest('details');
  if (folded) folded.open = true;
  field?.focus({ preventScroll: true });
  (field ?? form?.querySelector('[role="alert"]'))?.scrollIntoView({ block: 'center' });
}
