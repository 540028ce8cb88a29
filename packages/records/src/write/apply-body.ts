import type { Json, JsonObject } from '@davit/domain';
import { castList } from '../fields/cast.ts';
import type { Upload } from '../files/upload.ts';
import { createUpload } from '../files/upload.ts';
import type { UploadedFile } from '../request.ts';
import { schemaOf, type Setter } from '../schema.ts';
import type { Draft } from './draft.ts';

export interface BodyOptions {
  /** superusers set hidden fields too */
  hidden: boolean;
  files?: readonly UploadedFile[] | undefined;
}

/**
 * Runs a request body through the field setters of the draft. Answers the body as rules see it: modifiers
 * resolved under the plain names, hidden fields gone, unknown keys kept.
 */
export function applyBody(draft: Draft, body: JsonObject, options: BodyOptions): JsonObject {
  const schema = schemaOf(draft.collection);
  const merged = mergeUploads(draft, body, options.files ?? []);
  const resolved: JsonObject = {};
  // plain names before their modifiers
  const keys = Object.keys(merged).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  for (const key of keys) {
    const setter = schema.setters.get(key);
    const input = merged[key] ?? null;
    if (setter === undefined) resolved[key] = input;
    else if (options.hidden || !isHidden(setter, draft)) {
      resolved[setter.name] = assign(draft, setter, input);
    }
  }
  return resolved;
}

function isHidden({ field, name }: Setter, draft: Draft): boolean {
  return field.hidden && !(draft.collection.type === 'auth' && name === 'password');
}

/** Sets one value; answers it as rules see it. Autodates stay as they are. */
export function assign(draft: Draft, setter: Setter, input: Json): Json {
  const { field, kind, name, modifier } = setter;
  if (field.type === 'password') {
    const plain = kind.cast(input, field) as string;
    draft.passwords.set(name, plain);
    if (plain === '') draft.record[name] = '';
    return plain;
  }
  const current = draft.record[name] ?? kind.zero(field);
  if (field.type === 'autodate') return current;
  const modify = modifier && kind.modify?.[modifier];
  const value = modify ? modify(current, input, field) : kind.cast(input, field);
  draft.record[name] = value;
  return value;
}

function mergeUploads(draft: Draft, body: JsonObject, files: readonly UploadedFile[]): JsonObject {
  const merged: JsonObject = { ...body };
  for (const file of files) {
    if (schemaOf(draft.collection).setters.get(file.field)?.field.type !== 'file') continue;
    const upload: Upload = createUpload(file);
    draft.uploads.set(upload.storedName, upload);
    merged[file.field] = [...castList(merged[file.field] ?? null), upload.storedName];
  }
  return merged;
}
