import type { FieldError, FieldErrors, WriteTx } from '@davit/domain';
import type { Core } from '../core.ts';
import { REQUIRED } from '../fields/field-kind.ts';
import type { RecordData } from '../record.ts';

const NO_COLLECTION: FieldError = {
  code: 'validation_invalid_collection_id',
  message: 'Missing or invalid collection.',
};
const NO_AUTH_COLLECTION: FieldError = {
  code: 'validation_invalid_collection_type',
  message: 'Invalid collection type - must be auth.',
};
const NO_RECORD: FieldError = {
  code: 'validation_invalid_record',
  message: 'Missing or invalid record.',
};

/** Complaint about the account that a row of the sign-in tables names: `collectionRef` (an id) and `recordRef`. */
export function ownerComplaint(
  core: Core,
  tx: WriteTx,
  { collectionRef, recordRef }: RecordData,
): FieldErrors {
  if (collectionRef === undefined || collectionRef === '') return { collectionRef: REQUIRED };
  const owner = core.catalog.list().find(({ id }) => id === collectionRef);
  if (owner === undefined) return { collectionRef: NO_COLLECTION };
  if (owner.type !== 'auth') return { collectionRef: NO_AUTH_COLLECTION };
  if (typeof recordRef !== 'string' || recordRef === '') return { recordRef: REQUIRED };
  return tx.get(owner, recordRef) === undefined ? { recordRef: NO_RECORD } : {};
}
