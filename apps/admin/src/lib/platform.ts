/** How the platform's command key is written. */
export const modifier: string = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

/** A key handler that saves the form on ⌘Enter, also from inside the YAML editor. */
export function onSaveKey(save: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key === 'Enter') save();
  };
}
