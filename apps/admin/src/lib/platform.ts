/** How the platform's command key is written. */
export const modifier: string = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

/** Is this the key that saves a form? */
export function isSave(event: KeyboardEvent): boolean {
  return (event.metaKey || event.ctrlKey) && event.key === 'Enter';
}
