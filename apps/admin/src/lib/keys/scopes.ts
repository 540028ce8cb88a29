export const ACTIONS = ['list', 'view', 'create', 'update', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];

/** What may be done with the records of a collection; `*` is any. */
export interface RecordScope {
  collection: string;
  actions: Action[];
}

/** Scopes as people choose them. */
export interface ScopeChoice {
  /** such as `@platform:logs` */
  named: string[];
  records: RecordScope[];
}

/** One scope as the server takes it, and the row it comes from. */
interface Origin {
  scope: string;
  row?: number;
}

function origins({ named, records }: ScopeChoice): Origin[] {
  const rows = records.flatMap(({ collection, actions }, row) => {
    const subject = collection.trim();
    if (subject === '') return [];
    const all = ACTIONS.every((action) => actions.includes(action));
    const chosen = all ? ['*'] : ACTIONS.filter((action) => actions.includes(action));
    return chosen.map((action) => ({ scope: `${subject}:${action}`, row }));
  });
  return [...withoutIncluded(named).map((scope) => ({ scope })), ...rows];
}

/** `@platform:*` says all of its group. */
function withoutIncluded(named: readonly string[]): string[] {
  return named.filter(
    (scope) => scope.endsWith(':*') || !named.includes(scope.replace(/:[^:]*$/, ':*')),
  );
}

/** What is sent. */
export const scopesOf = (choice: ScopeChoice): string[] => [
  ...new Set(origins(choice).map(({ scope }) => scope)),
];

/** The server's words about scopes, by the row they belong to. */
export function rowErrors(
  choice: ScopeChoice,
  fields: Readonly<Record<string, string>>,
): Record<number, string> {
  const sent = scopesOf(choice);
  const errors: Record<number, string> = {};
  for (const { scope, row } of origins(choice)) {
    const message = fields[`scopes.${sent.indexOf(scope)}`];
    if (row !== undefined && message !== undefined) errors[row] ??= message;
  }
  return errors;
}

/** Beginnings for the most common programs. */
export const PRESETS: Readonly<Record<string, ScopeChoice>> = {
  'Read only': {
    named: ['@platform:status', '@platform:logs', '@platform:events'],
    records: [{ collection: '*', actions: ['list', 'view'] }],
  },
  'Deploy from a pipeline': {
    named: ['@platform:deploy', '@platform:status'],
    records: [],
  },
};

/** What a named scope allows, in words. */
const WORDS: Readonly<Record<string, string>> = {
  '@platform:*': 'all of these',
  '@platform:deploy': 'deploy, stop, start, roll back',
  '@platform:status': 'read the status of apps',
  '@platform:logs': 'read the logs of apps',
  '@platform:events': 'read the events of the engine',
  '@platform:restart': 'restart apps, replace instances',
  '@admin:*': 'all of these',
  '@admin:audit': 'read the audit log',
  '@admin:backups': 'make, restore and delete backups',
  '@admin:collections': 'change the collections',
  '@admin:crons': 'run jobs',
  '@admin:logs': 'read the server log',
  '@admin:metrics': 'read the metrics',
  '@admin:settings': 'change the settings',
  '@admin:sql': 'run SQL statements',
};

export const wordsOf = (scope: string): string => WORDS[scope] ?? '';

/** Named scopes by their group, the one for all of it first. */
export function groupScopes(scopes: readonly string[]): [group: string, scopes: string[]][] {
  const groups = Map.groupBy(scopes, (scope) => scope.slice(1, scope.lastIndexOf(':')));
  return [...groups].map(([group, members]) => [group, members.toSorted()]);
}
