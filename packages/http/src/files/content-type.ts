/** Browsers need the exact type for these; sniffing calls them plain text or zip. */
const BY_EXTENSION: Record<string, string> = {
  svg: 'image/svg+xml',
  css: 'text/css',
  js: 'text/javascript',
  mjs: 'text/javascript',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

/** What a browser may show in place; everything else is downloaded. */
const INLINE = new Set([
  ...['png', 'jpg', 'jpeg', 'gif', 'webp', 'x-icon', 'bmp'].map((type) => `image/${type}`),
  ...['webm', 'mp4', '3gpp', 'quicktime', 'x-ms-wmv'].map((type) => `video/${type}`),
  ...['basic', 'aiff', 'mpeg', 'midi', 'mp3', 'wave', 'wav'].map((type) => `audio/${type}`),
  ...['x-wav', 'x-mpeg', 'x-m4a', 'aac'].map((type) => `audio/${type}`),
  ...['pdf', 'x-pdf'].map((type) => `application/${type}`),
]);

/** The type a file is served with. */
export function contentTypeOf(name: string, stored: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return BY_EXTENSION[extension] ?? stored;
}

export function isInline(contentType: string): boolean {
  return INLINE.has(contentType.split(';')[0]?.trim().toLowerCase() ?? '');
}
