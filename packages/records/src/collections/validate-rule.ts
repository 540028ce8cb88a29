import type { Collection, FieldError, Rule } from '@davit/domain';
import { Resolution } from '@davit/filter';
import type { CollectionContext } from './collection-context.ts';

/** What is wrong with a rule of the collection, if anything. */
export function ruleError(
  collection: Collection,
  rule: Rule,
  context: CollectionContext,
): FieldError | undefined {
  if (rule === null || rule === '') return undefined;
  try {
    new Resolution({
      collection,
      // a rule may still know the collection by the name it is losing
      find: (idOrName) =>
        [collection.id, collection.name].includes(idOrName)
          ? collection
          : (context.find(idOrName) ??
            (context.previous?.name === idOrName ? collection : undefined)),
      request: { context: 'default', method: '', query: {}, headers: {}, body: {} },
      allowHidden: true,
      now: new Date(),
    }).filter(rule);
    return undefined;
  } catch (error) {
    const raw = error instanceof Error ? error.message : String(error);
    return { code: 'validation_invalid_rule', message: `Invalid rule. Raw error: ${raw}` };
  }
}
