import type { Collection, Json, JsonObject } from '@davit/domain';
import type { RecordData } from '../record.ts';
import { schemaOf, type Schema } from '../schema.ts';

export interface ShapePlan {
  collection: Collection;
  /** superusers see hidden fields (never passwords and token keys) */
  hidden: boolean;
  /** show the e-mail address even where it is not public */
  email: boolean;
  /** expanded relations, shaped already; absent: none were asked for */
  expand?: JsonObject | undefined;
}

/** A stored record as one client may see it. Pure; keys are sorted. */
export function shape(record: RecordData, plan: ShapePlan): JsonObject {
  const { collection } = plan;
  const schema = schemaOf(collection);
  const showEmail = plan.email || collection.type !== 'auth' || record.emailVisibility === true;
  const json: JsonObject = {};
  for (const name of plan.hidden ? schema.readable : schema.visible) {
    if (name === 'collectionId') json[name] = collection.id;
    else if (name === 'collectionName') json[name] = collection.name;
    else if (name === 'expand') {
      if (plan.expand) json[name] = plan.expand;
    } else if (name !== 'email' || showEmail) json[name] = shownValue(schema, record, name);
  }
  return json;
}

function shownValue(schema: Schema, record: RecordData, name: string): Json {
  return schema.masked.has(name) ? '' : (record[name] ?? null);
}
