import type { FieldErrors } from '@davit/domain';
import type { Collections } from '../collections/catalog.ts';
import type { NamedScope } from './api-keys.ts';
import { RECORD_ACTIONS } from './scope.ts';

const ADMIN = ['audit', 'backups', 'collections', 'crons', 'logs', 'metrics', 'settings', 'sql'];
const ANY = '*';

/** Every scope there is: what it is called, who may give it, what it includes. */
export class ScopeNames {
  readonly #named = new Map<string, NamedScope>();
  readonly #collections: Pick<Collections, 'find'>;

  constructor(collections: Pick<Collections, 'find'>) {
    this.#collections = collections;
    this.declare(ADMIN.map((name) => ({ name: `@admin:${name}`, superuser: true })));
  }

  declare(scopes: readonly NamedScope[]): void {
    for (const scope of scopes) {
      this.#named.set(scope.name, scope);
      const group = `${groupOf(scope.name)}:${ANY}`;
      if (scope.name !== group) this.#widen(group, scope);
    }
  }

  /** `@platform:*` includes what each of its group does. */
  #widen(group: string, { superuser = false, includes = [] }: NamedScope): void {
    const known = this.#named.get(group);
    this.#named.set(group, {
      name: group,
      superuser: superuser || known?.superuser === true,
      includes: [...(known?.includes ?? []), ...includes],
    });
  }

  names(superuser: boolean): string[] {
    return [...this.#named.values()]
      .filter((scope) => superuser || scope.superuser !== true)
      .map(({ name }) => name)
      .sort();
  }

  /** As it is stored: collections by id, so that no other one comes to its name. undefined: there is no such scope. */
  toStored(scope: string, superuser: boolean): string | undefined {
    const named = this.#named.get(scope);
    if (named) return named.superuser === true && !superuser ? undefined : scope;
    const [subject, action] = split(scope);
    if (action !== ANY && !RECORD_ACTIONS.some((known) => known === action)) return undefined;
    if (subject === ANY) return scope;
    const collection = subject === '' ? undefined : this.#collections.find(subject);
    return collection && `${collection.id}:${action}`;
  }

  /** As it is shown: collections by their name of today. */
  toShown(scope: string): string {
    const [subject, action] = split(scope);
    const name = this.#collections.find(subject)?.name;
    return name === undefined ? scope : `${name}:${action}`;
  }

  /** Everything that these scopes allow. */
  expand(scopes: readonly string[]): ReadonlySet<string> {
    return new Set(scopes.flatMap((scope) => [scope, ...(this.#named.get(scope)?.includes ?? [])]));
  }
}

/** Complaints about scopes that do not exist or that the caller may not give, by position. */
export function complaintsAbout(
  names: ScopeNames,
  scopes: readonly string[],
  superuser: boolean,
): FieldErrors {
  const errors: FieldErrors = {};
  for (const [index, scope] of scopes.entries()) {
    if (names.toStored(scope, superuser) !== undefined) continue;
    errors[String(index)] = {
      code: 'validation_invalid_scope',
      message: 'Must be collection:action or one of the named scopes.',
    };
  }
  return errors;
}

function split(scope: string): [subject: string, action: string] {
  const at = scope.lastIndexOf(':');
  return at < 0 ? ['', ''] : [scope.slice(0, at), scope.slice(at + 1)];
}

const groupOf = (scope: string): string => split(scope)[0];
