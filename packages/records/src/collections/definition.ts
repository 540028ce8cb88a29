import { AppError, type Collection, type Json, type JsonObject } from '@davit/domain';
import { randomText } from '../fields/random.ts';
import { randomSecret } from './auth-scaffold.ts';
import { isKnownType, mergeBody } from './merge-body.ts';
import { generatedCollectionId, scaffold, withAuthIndexes } from './scaffold.ts';

const BAD_TYPE_FORMAT = 'Failed to load the collection type data due to invalid formatting.';

/** A new definition: the body over the scaffold of its type. Errors: `invalid` for an unknown type. */
export function fromBody(body: JsonObject): Collection {
  const { type: given = null, name: called = null } = body;
  if ([given, called].some((value) => value !== null && typeof value !== 'string')) {
    throw new AppError('invalid', BAD_TYPE_FORMAT);
  }
  const type = given === null || given === '' ? 'base' : given;
  if (!isKnownType(type)) {
    const error = { code: 'validation_in_invalid', message: 'Must be a valid value.' };
    throw new AppError('invalid', 'Failed to create collection.', { data: { type: error } });
  }
  const name = text(body.name ?? '');
  const id = text(body.id ?? '') || generatedCollectionId(type, name);
  return mergeBody({ ...scaffold(type), id, system: body.system === true }, body);
}

/** Generated ids follow from the name: a name that is taken shows as such. */
export function taken(collection: Collection, twin: Collection): AppError {
  const sameName = collection.name.toLowerCase() === twin.name.toLowerCase();
  const data = sameName
    ? {
        name: {
          code: 'validation_collection_name_exists',
          message: 'Collection name must be unique (case insensitive).',
        },
      }
    : {
        id: {
          code: 'validation_invalid_or_existing_id',
          message: 'The model id is invalid or already exists.',
        },
      };
  return new AppError('invalid', 'Failed to create collection.', { data });
}

/** Another auth rule: nobody stays signed in by the old one. */
export function renewSecret(collection: Collection): void {
  const { authToken } = collection.options;
  collection.options = {
    ...collection.options,
    authToken: { ...(isObject(authToken) ? authToken : {}), secret: randomSecret() },
  };
}

/** What `create` starts from, by type; ids empty. */
export function scaffolds(): Record<'base' | 'auth' | 'view', JsonObject> {
  const [base, bare, view] = [scaffold('base'), scaffold('auth'), scaffold('view')];
  const auth = { ...bare, indexes: withAuthIndexes({ ...bare, id: randomText(10) }) };
  return { base: publicJson(base), auth: publicJson(auth), view: publicJson(view) };
}

function publicJson({ options, ...common }: Collection): JsonObject {
  const shown = Object.entries(options).map(([key, value]) => [key, withoutSecret(value)] as const);
  return { ...(common as unknown as JsonObject), ...Object.fromEntries(shown) };
}

function withoutSecret(value: Json): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'secret'));
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
