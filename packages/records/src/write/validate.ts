import { AppError, type FieldErrors } from '@davit/domain';
import type { Core } from '../core.ts';
import { SAVE_FAILED } from '../failure.ts';
import { runModel } from '../hooks/model-chain.ts';
import { schemaOf } from '../schema.ts';
import type { Scope } from '../scope.ts';
import { CommitUnit } from './commit-unit.ts';
import type { Draft } from './draft.ts';

/**
 * Every field's complaint together. Relations are looked up only when something else is wrong already: a good
 * record has them checked inside its transaction, where nobody can delete them meanwhile.
 */
export async function validate(core: Core, scope: Scope, draft: Draft): Promise<void> {
  const { collection, record, original } = draft;
  const subject = { kind: 'record' as const, collection, record, ...(original && { original }) };
  await runModel({ chains: core.chains, phase: 'Validate' }, subject, async () => {
    const errors = fieldErrors(draft);
    if (Object.keys(errors).length === 0) return;
    const missing = await scope.write((tx) =>
      new CommitUnit(core, tx).missingRelations(collection, record),
    );
    throw refused(draft, { ...missing, ...errors });
  });
}

export function refused({ original }: Draft, data: FieldErrors): AppError {
  return new AppError('invalid', SAVE_FAILED[original ? 'update' : 'create'], { data });
}

function fieldErrors(draft: Draft): FieldErrors {
  const errors: FieldErrors = {};
  const { record, original, passwords, uploads } = draft;
  for (const { name, kind, field } of schemaOf(draft.collection).fields) {
    const error = kind.check(record[name] ?? kind.zero(field), field, {
      isNew: original === undefined,
      original: original?.[name],
      plain: passwords.get(name),
      uploads,
    });
    if (error) errors[name] = error;
  }
  return errors;
}
