import { AppError, type Collection, type JsonObject, type Row } from '@davit/domain';
import { managesRow } from '../access/manage.ts';
import { ruleFor, writable } from '../access/rule.ts';
import { SAVE_FAILED } from '../failure.ts';
import { randomId } from '../fields/random.ts';
import { buildQuery } from '../queries/build-query.ts';
import { derived, type RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import { enrich } from '../shape/enrich.ts';
import { applyBody } from '../write/apply-body.ts';
import type { Draft } from '../write/draft.ts';
import { persist } from '../write/persist.ts';
import { checkAuthForm } from './auth-form.ts';
import type { Context } from './context.ts';
import { runWriteRequest } from './write-event.ts';

export async function createRecord(
  context: Context,
  idOrName: string,
  request: RequestInfo,
): Promise<JsonObject> {
  const collection = writable(context.core, idOrName);
  const rule = ruleFor(collection, 'createRule', request);
  const draft = newDraft(collection);
  const body = applyBody(draft, request.body, {
    hidden: request.auth?.superuser === true,
    files: request.files,
  });
  const resolved = derived(request, { body });
  const managed = await checkAccess(context, draft, { rule, request: resolved });
  const event = { collection, request: resolved, record: draft.record };
  await runWriteRequest(
    { context, name: 'onRecordCreateRequest' },
    event,
    async ({ record }, steps) => {
      draft.record = record;
      await checkAuthForm(context.core, draft, { body, managed });
      await persist(context, draft, steps);
    },
  );
  const [json = {}] = await enrich({ ...context, request }, collection, [draft.record]);
  return json;
}

export function newDraft(collection: Collection): Draft {
  return {
    collection,
    record: schemaOf(collection).empty(),
    uploads: new Map(),
    passwords: new Map(),
  };
}

/** The rules see the record as if it were stored. Answers whether the caller manages it. */
async function checkAccess(
  context: Context,
  draft: Draft,
  { rule, request }: { rule: string | undefined; request: RequestInfo },
): Promise<boolean> {
  const { collection, record } = draft;
  if (request.auth?.superuser) return true;
  if (rule === undefined && collection.type !== 'auth') return false;
  const row = schemaOf(collection).toRow({
    ...record,
    id: record.id === '' ? `__temp_id__${randomId()}` : record.id,
    ...(collection.type === 'auth' ? { verified: false } : {}),
  });
  if (rule !== undefined && !(await satisfies(context, { collection, rule, request, row }))) {
    throw new AppError('invalid', SAVE_FAILED.create);
  }
  return managesRow({ ...context, request }, collection, row);
}

async function satisfies(
  { core, scope }: Context,
  check: { collection: Collection; rule: string; request: RequestInfo; row: Row },
): Promise<boolean> {
  try {
    const query = buildQuery(core, { ...check, rows: [check.row] });
    const { rows } = await scope.find(query, { offset: 0, limit: 1, count: false });
    return rows.length > 0;
  } catch (error) {
    if (AppError.is(error, 'invalid')) return false;
    throw error;
  }
}
