import { invalid } from './failure.ts';
import { resolveRequestPath } from './request-path.ts';
import type { ResolvedOperand, Scope } from './scope.ts';
import { findCollection } from './scope.ts';
import { Walker } from './walker.ts';

const ALLOWED = [
  /^\w+[\w.:]*$/,
  /^@request\.(context|method)$/,
  /^@request\.(auth|body|query|headers)\.[\w.:]*\w+$/,
  /^@collection\.\w+(:\w+)?\.[\w.:]*\w+$/,
];

/** A dotted identifier. Throws `invalid` when it leads nowhere or to something hidden. */
export function resolvePath(name: string, scope: Scope): ResolvedOperand {
  if (!ALLOWED.some((pattern) => pattern.test(name))) {
    throw invalid(`failed to resolve field "${name}"`);
  }
  const path = name.split('.');
  if (path[0] === '@request') return resolveRequestPath(path.slice(1), scope);
  if (path[0] === '@collection') return resolveCollectionPath(path, scope);
  return new Walker(scope, { lenient: false }).walk(path);
}

/** `@collection.NAME[:alias].path`: every row of another collection, joined without a condition. */
function resolveCollectionPath(path: readonly string[], scope: Scope): ResolvedOperand {
  const [, source = '', ...rest] = path;
  const [name = '', label = ''] = source.split(':');
  const collection = findCollection(scope, name);
  if (!collection) {
    throw invalid(`failed to load collection "${source}" from field path "${path.join('.')}"`);
  }
  const alias = label === '' ? `__collection_${collection.name}` : `__collection_alias_${label}`;
  const walker = new Walker(scope, { lenient: false });
  walker.jump(collection, `${alias}${scope.suffix}`, { multi: true });
  return walker.walk(rest);
}
