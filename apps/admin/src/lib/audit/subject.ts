import type { AuditEntry } from '#lib/api/audit.ts';

/** Where names of records are known. */
export interface Names {
  project(id: string): string | undefined;
  app(id: string): string | undefined;
}

/** What an entry is about, in names as far as they are known; '' where its ids must do. */
export function subjectOf({ collection, record, detail }: Subject, names: Names): string {
  const text = (name: string): string => (typeof detail[name] === 'string' ? detail[name] : '');
  const project = names.project(collection === 'projects' ? record : text('project'));
  const app = names.app(collection === 'deployments' ? record : text('deployment'));
  if (project !== undefined || app !== undefined)
    return [project, app].filter((name) => name !== undefined).join(' / ');
  return text('name');
}

export type Subject = Pick<AuditEntry, 'collection' | 'record' | 'detail'>;
