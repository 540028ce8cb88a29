import type { Collection, JsonObject } from '@davit/domain';
import { managedIds } from '../access/manage.ts';
import { ruleFor, writable } from '../access/rule.ts';
import type { RecordData } from '../record.ts';
import { derived } from '../request.ts';
import { enrich } from '../shape/enrich.ts';
import { applyBody } from '../write/apply-body.ts';
import type { Draft } from '../write/draft.ts';
import { persist } from '../write/persist.ts';
import { checkAuthForm } from './auth-form.ts';
import type { Context } from './context.ts';
import { loadRecord } from './load.ts';
import type { RecordRequest } from './view.ts';
import { runWriteRequest } from './write-event.ts';

export async function updateRecord(context: Context, target: RecordRequest): Promise<JsonObject> {
  const { id, request } = target;
  const collection = writable(context.core, target.collection);
  const rule = ruleFor(collection, 'updateRule', request);
  const stored = await loadRecord(context, collection, { id });
  const draft = draftOf(collection, stored);
  const body = applyBody(draft, request.body, {
    hidden: request.auth?.superuser === true,
    files: request.files,
  });
  const resolved = derived(request, { body });
  if (rule !== undefined) await loadRecord(context, collection, { id, rule, request: resolved });
  const managed =
    request.auth?.superuser === true ||
    (await managedIds({ ...context, request: resolved }, collection, [id])).length > 0;
  const event = { collection, request: resolved, record: draft.record, original: stored };
  await runWriteRequest(
    { context, name: 'onRecordUpdateRequest' },
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

export function draftOf(collection: Collection, original: RecordData): Draft {
  return {
    collection,
    original,
    record: { ...original },
    uploads: new Map(),
    passwords: new Map(),
  };
}
