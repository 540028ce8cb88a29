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

/** `Holiday Photo.PNG` → `holiday_photo_4gk2p0x9qd.PNG`; unguessable and safe on every disk. */
export function storedName(name: string, sniffedExtension: string): string {
  const dot = name.lastIndexOf('.');
  const given = dot > 0 ? name.slice(dot).replace(/[^\w.*\-+=#]/g, '') : '';
  const extension = (given.length > 1 ? given : sniffedExtension).slice(0, 20);
  const stem = snakeCase(dot > 0 ? name.slice(0, dot) : name).slice(0, 100);
  const base = stem.length < 3 ? stem + randomText(10) : stem;
  return `${base}_${randomText(10)}${extension}`;
}

function snakeCase(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
}
