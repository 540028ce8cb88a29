/** Has the browser save something under a name. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

export const saveJson = (name: string, value: unknown): void =>
  saveFile(name, new Blob([toJson(value)], { type: 'application/json' }));

/** As people read it. */
export const toJson = (value: unknown): string => JSON.stringify(value, undefined, 2);
