/** How the platform's command key is written. */
export const modifier: string = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

/** A key handler that saves the form on ⌘Enter, also from inside the YAML editor. */
export function onSaveKey(save: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key === 'Enter') save();
  };
}

/** Puts text on the clipboard, also on pages over plain HTTP, to which browsers give none. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const focused = document.activeElement;
  const area = Object.assign(document.createElement('textarea'), { value: text });
  area.style.position = 'fixed';
  // beside what has the focus, because a dialog lets no focus out
  (focused?.parentElement ?? document.body).append(area);
  area.select();
  // the only way without a secure context
  document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
}
