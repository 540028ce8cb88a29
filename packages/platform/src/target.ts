import { AppError } from '@davit/domain';
import type { FieldError } from '@davit/domain';
import type { AuthRecord, InternalOperations, RecordData } from '@davit/records';
import { COLLECTION_IDS } from './collections.ts';
import { textOf } from './parts.ts';

/** Inside a request: what it sees. */
interface Source {
  records: Pick<InternalOperations, 'get'>;
}

/** Superusers own everything; a user owns the projects that name them. */
export function ownsProject(auth: AuthRecord | undefined, project: RecordData): boolean {
  if (auth === undefined) return false;
  return (
    auth.superuser ||
    (auth.collection.id === COLLECTION_IDS.users && auth.record.id === project.user)
  );
}

// The words PocketBase uses for a relation to nothing: whether somebody else has it is nobody's business.
const missing: FieldError = {
  code: 'validation_missing_rel_records',
  message: 'Failed to find all relation records with the provided ids.',
};

/** The project a record names. Throws `invalid` at `project` when it is not the caller's. */
export async function ownedProject(
  { records }: Source,
  record: RecordData,
  auth: AuthRecord | undefined,
): Promise<RecordData> {
  const project = await records.get(COLLECTION_IDS.projects, textOf(record.project));
  if (project && ownsProject(auth, project)) return project;
  throw new AppError('invalid', 'The project does not exist.', { data: { project: missing } });
}

/** The deployment a record names, which must be of that project. Throws `invalid` at `deployment`. */
export async function deploymentOf(
  { records }: Source,
  record: RecordData,
  project: RecordData,
): Promise<RecordData> {
  const deployment = await records.get(COLLECTION_IDS.deployments, textOf(record.deployment));
  if (deployment?.project === project.id) return deployment;
  throw new AppError('invalid', 'The deployment does not exist.', {
    data: { deployment: missing },
  });
}

/**
 * For what is there already: a project may have gone to somebody else, and what is in it with it.
 * Throws `not_found` when the project is not the caller's.
 */
export async function requireOwned(
  { records }: Source,
  record: RecordData,
  auth: AuthRecord | undefined,
): Promise<void> {
  if (auth?.superuser) return;
  const project = await records.get(COLLECTION_IDS.projects, textOf(record.project));
  if (!project || ownsProject(auth, project)) return;
  throw new AppError('not_found', "The requested resource wasn't found.");
}
