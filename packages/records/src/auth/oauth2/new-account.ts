import type { Collection, JsonObject, OAuth2User } from '@davit/domain';
import type { UploadedFile } from '../../request.ts';
import type { Context } from '../../requests/context.ts';
import { schemaOf } from '../../schema.ts';
import { findByUnique } from '../find-identity.ts';
import { randomPassword } from '../store-account.ts';
import { mappedFields } from './oauth2-options.ts';

export interface NewAccount {
  body: JsonObject;
  files: UploadedFile[];
}

/** Fetches a picture; undefined where it cannot or may not be had. */
export type FetchAvatar = (url: string) => Promise<Omit<UploadedFile, 'field'> | undefined>;

/** The body of the create request: what the caller sent, completed with what the provider says. */
export async function newAccount(
  context: Context,
  collection: Collection,
  {
    user,
    createData,
    fetchAvatar,
  }: { user: OAuth2User; createData: JsonObject; fetchAvatar: FetchAvatar },
): Promise<NewAccount> {
  const body: JsonObject = { ...createData };
  const mapped = mappedFields(collection);
  const isFree = (field: string): boolean => field !== '' && !(field in body);
  if (typeof body.email !== 'string' || body.email === '') body.email = user.email;
  if (isFree(mapped.id)) body[mapped.id] = user.id;
  if (isFree(mapped.name)) body[mapped.name] = user.name;
  if (isFree(mapped.username) && (await canTake(context, collection, user.username))) {
    body[mapped.username] = user.username;
  }
  if (!('password' in body)) {
    body.password = randomPassword();
    body.passwordConfirm = body.password;
  }
  if (!isFree(mapped.avatarURL)) return { body, files: [] };
  return withAvatar(collection, { body, url: user.avatarURL, fetchAvatar });
}

/** A file field takes the picture, any other its address. */
async function withAvatar(
  collection: Collection,
  { body, url, fetchAvatar }: { body: JsonObject; url: string; fetchAvatar: FetchAvatar },
): Promise<NewAccount> {
  const mapped = mappedFields(collection);
  if (url === '') return { body, files: [] };
  if (schemaOf(collection).get(mapped.avatarURL)?.field.type !== 'file') {
    return { body: { ...body, [mapped.avatarURL]: url }, files: [] };
  }
  const picture = await fetchAvatar(url);
  return { body, files: picture ? [{ ...picture, field: mapped.avatarURL }] : [] };
}

/** A user name that does not fit or is taken is left out: the field's own pattern makes another. */
async function canTake(
  context: Context,
  collection: Collection,
  username: string,
): Promise<boolean> {
  const known = schemaOf(collection).get(mappedFields(collection).username);
  if (known === undefined) return false;
  const check = { isNew: true, original: undefined, plain: undefined, uploads: new Map() };
  if (known.kind.check(username, known.field, check)) return false;
  const wanted = { field: known.name, value: username };
  return (await findByUnique(context, collection, wanted)) === undefined;
}
