import type { FlagName } from './flags.ts';

export interface Command {
  text: string;
  /** names of the words after the command; `…` at the end: any number of them */
  operands: readonly string[];
  flags: readonly FlagName[];
}

const OPEN: readonly FlagName[] = [
  'dir',
  'password-hash',
  'sync',
  'encryptionEnv',
  'queryTimeout',
  'readers',
  'dev',
];
const EDGE_ADDRESSES: readonly FlagName[] = ['edge-http', 'edge-https'];
const DRIVER: readonly FlagName[] = [
  'driver',
  'kubeconfig',
  'context',
  'docker-host',
  ...EDGE_ADDRESSES,
  'edge-acme',
];
const TLS: readonly FlagName[] = ['certificates', 'acme-directory', 'acme-email'];
const EDGE: readonly FlagName[] = ['dir', ...EDGE_ADDRESSES];
const MIGRATE: readonly FlagName[] = [...OPEN, 'migrationsDir'];
const CREDENTIALS = ['EMAIL', 'PASSWORD'];

const NAMES = [
  'serve',
  'superuser upsert',
  'superuser create',
  'superuser update',
  'superuser delete',
  'superuser otp',
  'superuser ips',
  'migrate up',
  'migrate down',
  'migrate create',
  'migrate collections',
  'migrate history-sync',
  'platform enable',
  'edge',
  'edge stop',
  'edge upgrade',
  'edge successor',
  'doctor',
  'health',
  'version',
] as const;
export type CommandName = (typeof NAMES)[number];

export const COMMANDS: Record<CommandName, Command> = {
  serve: {
    text: 'runs the server; with domains over HTTPS, with certificates from an authority',
    operands: ['DOMAIN…'],
    flags: ['http', 'https', ...TLS, 'metrics', 'origins', 'publicDir', ...OPEN, ...DRIVER],
  },
  'superuser upsert': {
    text: 'creates a superuser, or sets a new password',
    operands: CREDENTIALS,
    flags: OPEN,
  },
  'superuser create': { text: 'creates a superuser', operands: CREDENTIALS, flags: OPEN },
  'superuser update': { text: 'sets a new password', operands: CREDENTIALS, flags: OPEN },
  'superuser delete': { text: 'removes a superuser', operands: ['EMAIL'], flags: OPEN },
  'superuser otp': {
    text: 'makes a one-time password for a superuser',
    operands: ['EMAIL'],
    flags: OPEN,
  },
  'superuser ips': {
    text: 'lets superusers come from these addresses and subnets alone; from any where none is given',
    operands: ['ADDRESS…'],
    flags: OPEN,
  },
  'migrate up': {
    text: 'brings the folder up to date, as "serve" does, and lists migrations that Davit does not run',
    operands: [],
    flags: MIGRATE,
  },
  'migrate down': {
    text: 'is refused: a backup from before is the way back',
    operands: ['N…'],
    flags: MIGRATE,
  },
  'migrate create': { text: 'writes an empty migration', operands: ['NAME'], flags: MIGRATE },
  'migrate collections': {
    text: 'writes a migration that makes the collections as they are now',
    operands: [],
    flags: MIGRATE,
  },
  'migrate history-sync': {
    text: 'forgets migrations whose files are gone',
    operands: [],
    flags: MIGRATE,
  },
  'platform enable': {
    text: 'adds projects, deployments and rollouts to a folder that PocketBase made',
    operands: [],
    flags: OPEN,
  },
  edge: {
    text: 'runs the proxy in front of apps on Docker; "serve" starts one where there is none',
    operands: [],
    flags: EDGE,
  },
  'edge stop': { text: 'ends it once open requests are answered', operands: [], flags: EDGE },
  'edge upgrade': {
    text: 'puts this version in its place, without cutting a request',
    operands: [],
    flags: EDGE,
  },
  'edge successor': { text: 'what "edge upgrade" makes it start', operands: [], flags: EDGE },
  doctor: {
    text: 'checks the folder, the admin UI and the engine',
    operands: [],
    flags: [...OPEN, ...DRIVER],
  },
  health: {
    text: 'asks the server on this machine whether it is well; for health checks',
    operands: [],
    flags: ['http'],
  },
  version: { text: 'prints the version', operands: [], flags: [] },
};

/** The command that the words begin with, and how many of them it is. */
export function findCommand(
  words: readonly string[],
): { name: CommandName; words: number } | undefined {
  for (const count of [2, 1]) {
    const name = NAMES.find((known) => known === words.slice(0, count).join(' '));
    if (name && words.length >= count) return { name, words: count };
  }
  return undefined;
}
