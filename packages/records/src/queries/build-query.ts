import type { Collection, Condition, Expression, Field, Query, Row } from '@davit/domain';
import { MAX_FILTER_LENGTH, Resolution, type FilterRequest } from '@davit/filter';
import { permits } from '../api-keys/scope.ts';
import type { Core } from '../core.ts';
import { badRequest } from '../failure.ts';
import { isMultiple } from '../fields/field-kind.ts';
import type { AuthRecord, RequestInfo } from '../request.ts';

export interface ReadPlan {
  collection: Collection;
  /** the `@request.*` of rules and filters */
  request?: RequestInfo | undefined;
  /** an access rule: may look at hidden fields */
  rule?: string | undefined;
  /** a client's filter and sort; '' for none */
  filter?: string | undefined;
  sort?: string | undefined;
  /** `filter` and `sort` come from ourselves or a superuser */
  trusted?: boolean;
  ids?: readonly string[];
  /** only records whose relation `field` holds one of the ids */
  refers?: { field: Field; values: readonly string[] };
  /** instead of the stored rows: a record that is not saved yet */
  rows?: Row[];
}

const REFERENCE_ALIAS = '__je_reference';

/** One query from everything that restricts it. Throws `invalid` for expressions that do not resolve. */
export function buildQuery(core: Pick<Core, 'catalog' | 'clock'>, plan: ReadPlan): Query {
  const { collection, rule, filter, sort, ids, refers } = plan;
  const table = collection.name;
  const client = { allowHidden: plan.trusted === true, isAsking: false };
  const resolution = new Resolution({
    collection,
    find: (idOrName) => findFor(core, client.isAsking ? plan.request?.auth : undefined, idOrName),
    request: filterRequest(plan),
    allowHidden: true,
    unsaved: plan.rows !== undefined,
    now: new Date(core.clock.now()),
  });
  if (ids) resolution.and(oneOf({ kind: 'column', alias: table, column: 'id' }, ids));
  if (refers) resolution.and(reference(table, refers));
  if (rule) resolution.filter(rule);
  client.isAsking = true;
  if (filter) {
    if (Buffer.byteLength(filter) > MAX_FILTER_LENGTH) throw badRequest();
    resolution.filter(filter, client);
  }
  if (sort) resolution.sort(sort, client);
  client.isAsking = false;
  const query = resolution.query(plan.rows);
  return refers && isMultiple(refers.field) ? withEntries(query, refers.field) : query;
}

/** What a key may not list, its filters and sorts cannot look into either. */
function findFor(
  core: Pick<Core, 'catalog'>,
  auth: AuthRecord | undefined,
  idOrName: string,
): Collection | undefined {
  const found = core.catalog.find(idOrName);
  return found && permits(auth, found, 'list') ? found : undefined;
}

function oneOf(of: Expression, values: readonly string[]): Condition {
  return { kind: 'in', of, values: [...values] };
}

function reference(table: string, { field, values }: NonNullable<ReadPlan['refers']>): Condition {
  return isMultiple(field)
    ? oneOf({ kind: 'element', alias: REFERENCE_ALIAS }, values)
    : oneOf({ kind: 'column', alias: table, column: field.name }, values);
}

function withEntries(query: Query, field: Field): Query {
  const of: Expression = { kind: 'column', alias: query.table, column: field.name };
  const join = { alias: REFERENCE_ALIAS, source: { kind: 'each' as const, of } };
  return { ...query, joins: [...query.joins, join] };
}

/** Nobody looks at it where there is no expression. */
function filterRequest({ request, rule, filter, sort }: ReadPlan): FilterRequest | undefined {
  if (request === undefined || (!rule && !filter && !sort)) return undefined;
  const { context, method, auth } = request;
  const record = auth?.record;
  return {
    context,
    method,
    get query() {
      return request.query;
    },
    get headers() {
      return request.headers;
    },
    body: request.body,
    auth: auth && {
      id: auth.record.id,
      collectionId: auth.collection.id,
      collectionName: auth.collection.name,
      email: typeof record?.email === 'string' ? record.email : '',
      emailVisibility: record?.emailVisibility === true,
      verified: record?.verified === true,
    },
  };
}
