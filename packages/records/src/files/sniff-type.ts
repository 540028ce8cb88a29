interface Signature {
  type: string;
  extension: string;
  /** where the bytes are */
  offset: number;
  bytes: string;
}

const SIGNATURES: Signature[] = [
  { type: 'image/png', extension: '.png', offset: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { type: 'image/jpeg', extension: '.jpg', offset: 0, bytes: '\xff\xd8\xff' },
  { type: 'image/gif', extension: '.gif', offset: 0, bytes: 'GIF8' },
  { type: 'image/webp', extension: '.webp', offset: 8, bytes: 'WEBP' },
  { type: 'image/bmp', extension: '.bmp', offset: 0, bytes: 'BM' },
  { type: 'image/x-icon', extension: '.ico', offset: 0, bytes: '\0\0\x01\0' },
  { type: 'image/tiff', extension: '.tiff', offset: 0, bytes: 'II*\0' },
  { type: 'image/tiff', extension: '.tiff', offset: 0, bytes: 'MM\0*' },
  { type: 'image/avif', extension: '.avif', offset: 4, bytes: 'ftypavif' },
  { type: 'image/heic', extension: '.heic', offset: 4, bytes: 'ftypheic' },
  { type: 'video/quicktime', extension: '.mov', offset: 4, bytes: 'ftypqt' },
  { type: 'audio/x-m4a', extension: '.m4a', offset: 4, bytes: 'ftypM4A' },
  { type: 'video/mp4', extension: '.mp4', offset: 4, bytes: 'ftyp' },
  { type: 'video/webm', extension: '.webm', offset: 0, bytes: '\x1aE\xdf\xa3' },
  { type: 'video/x-msvideo', extension: '.avi', offset: 8, bytes: 'AVI ' },
  { type: 'audio/wav', extension: '.wav', offset: 8, bytes: 'WAVE' },
  { type: 'audio/mpeg', extension: '.mp3', offset: 0, bytes: 'ID3' },
  { type: 'audio/mpeg', extension: '.mp3', offset: 0, bytes: '\xff\xfb' },
  { type: 'audio/flac', extension: '.flac', offset: 0, bytes: 'fLaC' },
  { type: 'audio/ogg', extension: '.oga', offset: 0, bytes: 'OggS' },
  { type: 'application/pdf', extension: '.pdf', offset: 0, bytes: '%PDF-' },
  { type: 'application/zip', extension: '.zip', offset: 0, bytes: 'PK\x03\x04' },
  { type: 'application/zip', extension: '.zip', offset: 0, bytes: 'PK\x05\x06' },
  { type: 'application/gzip', extension: '.gz', offset: 0, bytes: '\x1f\x8b' },
  { type: 'application/x-7z-compressed', extension: '.7z', offset: 0, bytes: '7z\xbc\xaf\x27\x1c' },
  { type: 'application/x-tar', extension: '.tar', offset: 257, bytes: 'ustar' },
  { type: 'font/woff2', extension: '.woff2', offset: 0, bytes: 'wOF2' },
  { type: 'font/woff', extension: '.woff', offset: 0, bytes: 'wOFF' },
  { type: 'application/wasm', extension: '.wasm', offset: 0, bytes: '\0asm' },
  { type: 'application/x-elf', extension: '', offset: 0, bytes: '\x7fELF' },
];

const OFFICE: [part: string, type: string, extension: string][] = [
  ['word/', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', '.docx'],
  ['xl/', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', '.xlsx'],
  ['ppt/', 'application/vnd.openxmlformats-officedocument.presentationml.presentation', '.pptx'],
];

/** The type of a file from its first bytes; what the client says about it is not asked. */
export function sniffType(content: Uint8Array): { type: string; extension: string } {
  const head = Buffer.from(content.buffer, content.byteOffset, Math.min(content.byteLength, 3072));
  const bytes = head.toString('latin1');
  const found = SIGNATURES.find((known) => bytes.startsWith(known.bytes, known.offset));
  if (found === undefined) return sniffText(head);
  const office = found.type === 'application/zip' && OFFICE.find(([part]) => bytes.includes(part));
  return office ? { type: office[1], extension: office[2] } : found;
}

function sniffText(head: Buffer): { type: string; extension: string } {
  if (head.some((byte) => byte < 9 || (byte > 13 && byte < 27) || byte === 28)) {
    return { type: 'application/octet-stream', extension: '' };
  }
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
    .toLowerCase();
  if (/^(<!doctype html|<html|<head|<body|<script)/.test(text)) {
    return { type: 'text/html; charset=utf-8', extension: '.html' };
  }
  if (text.startsWith('<svg') || (text.startsWith('<?xml') && text.includes('<svg'))) {
    return { type: 'image/svg+xml', extension: '.svg' };
  }
  if (text.startsWith('<?xml')) return { type: 'text/xml; charset=utf-8', extension: '.xml' };
  if (/^[{[]/.test(text) && isJson(head)) return { type: 'application/json', extension: '.json' };
  return { type: 'text/plain; charset=utf-8', extension: '.txt' };
}

function isJson(head: Buffer): boolean {
  if (head.byteLength >= 3072) return false;
  try {
    JSON.parse(head.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
