/** What of the audit log is shown; '' is everything. */
export interface AuditQuery {
  /** somebody's name, a key, an address, an id */
  text: string;
  /** what an action begins with, e.g. `rollout.` */
  action: string;
  outcome: string;
  /** the last so many days */
  days: string;
}

export const ACTIONS: readonly (readonly [value: string, label: string])[] = [
  ['sign-in', 'Sign-ins'],
  ['impersonate', 'Acting as somebody'],
  ['rollout.', 'Rollouts'],
  ['deployment.', 'Instances of apps'],
  ['record.', 'Records'],
  ['collection.', 'Collections'],
  ['key.', 'API keys'],
  ['settings.', 'Settings'],
  ['backup.', 'Backups'],
  ['sql.', 'SQL'],
];
export const OUTCOMES = ['done', 'started', 'failed'] as const;
export const PERIODS: readonly (readonly [days: string, label: string])[] = [
  ['1', 'Last 24 hours'],
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
];

const SEARCHED = ['actorName', 'actorId', 'keyName', 'ip', 'collection', 'record', 'action'];
const DAY_MS = 86_400_000;

/** The same as a filter of the server. `quote` puts values into it. */
export function filterOf(
  { text, action, outcome, days }: AuditQuery,
  quote: (expression: string, values: Record<string, string>) => string,
  now: number,
): string {
  const parts: string[] = [];
  const wanted = text.trim();
  if (wanted !== '') {
    const any = SEARCHED.map((name) => quote(`${name} ~ {:wanted}`, { wanted }));
    parts.push(`(${any.join(' || ')})`);
  }
  if (action !== '') parts.push(quote('action ~ {:start}', { start: `${action}%` }));
  if (outcome !== '') parts.push(quote('outcome = {:outcome}', { outcome }));
  if (Number(days) > 0) {
    const since = new Date(now - Number(days) * DAY_MS).toISOString().replace('T', ' ');
    parts.push(quote('created >= {:since}', { since }));
  }
  return parts.join(' && ');
}
