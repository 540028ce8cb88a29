import type { UploadedFile } from '../request.ts';
import { randomText } from '../fields/random.ts';
import { sniffType } from './sniff-type.ts';

/** A file on its way into a record: nothing is stored yet. */
export interface Upload {
  file: UploadedFile;
  storedName: string;
  /** from the content */
  contentType: string;
}

export function createUpload(file: UploadedFile): Upload {
  const { type, extension } = sniffType(
    file.content instanceof Uint8Array ? file.content : file.content.head,
  );
  return { file, storedName: storedName(file.name, extension), contentType: type };
}

const MAX_EXTENSION = 20;

/** `Holiday Photo.PNG` → `holiday_photo_4gk2p0x9qd.PNG`; unguessable and safe on every disk. */
export function storedName(name: string, sniffedExtension: string): string {
  const given = extensionOf(name);
  const safe = given.replace(/[^\w.*\-+=#]/g, '');
  const extension = /[^.]/.test(safe) ? safe : sniffedExtension;
  const short =
    extension.length > MAX_EXTENSION ? `.${extension.slice(-MAX_EXTENSION)}` : extension;
  const stem = snakeCase(name.slice(0, name.length - given.length)).slice(0, 100);
  const base = stem.length < 3 ? stem + randomText(10) : stem;
  return `${base}_${randomText(10)}${short}`;
}

/** With its dot; of two, both: `.tar.gz`. */
function extensionOf(name: string): string {
  return /(?:\.[^.]*)?\.[^.]*$/.exec(name)?.[0] ?? '';
}

function snakeCase(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
}
