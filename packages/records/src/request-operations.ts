import type { RequestOperations } from './operations.ts';
import type { Context } from './requests/context.ts';
import { createRecord } from './requests/create.ts';
import { deleteRecord } from './requests/delete.ts';
import { listRecords } from './requests/list.ts';
import { updateRecord } from './requests/update.ts';
import { viewRecord } from './requests/view.ts';

/** What clients may do, in one scope. */
export function requestOperations(context: Context): RequestOperations {
  return {
    list: (collection, request) => listRecords(context, collection, request),
    view: (collection, id, request) => viewRecord(context, { collection, id, request }),
    create: (collection, request) => createRecord(context, collection, request),
    update: (collection, id, request) => updateRecord(context, { collection, id, request }),
    delete: (collection, id, request) => deleteRecord(context, { collection, id, request }),
  };
}
