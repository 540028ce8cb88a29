import { AppError } from '@davit/domain';
import type { Json, OAuth2Providers, OAuth2User } from '@davit/domain';
import {
  onlyGuests,
  onlySameCollection,
  onlySignedIn,
  onlySuperusers,
  onlySuperusersOrOwner,
} from '@davit/http';
import type { HookName, RealtimeMessage } from '@davit/records';
import type { RequestHandler } from 'express';
import { expect } from 'vitest';
import type { Host } from './pocketbase-host.ts';
import type { ReplayScenario } from './pocketbase-replay.ts';
import type { SetupStep } from './pocketbase-setup.ts';

/** What a step of the `host` tier says beyond those that change the directory. */
export interface HostStep extends SetupStep {
  hook?: string;
  expr?: string;
  key?: string;
  method?: string;
  respond?: { status?: number; text?: string; panic?: boolean };
  bind?: { middleware?: string; func?: string; args?: string[] }[];
  subscriptions?: string[];
  clients?: Record<string, string[]>;
  client?: string;
  discarded?: string[];
  expectMessages?: Record<string, string[]>;
  authUser?: Partial<OAuth2User>;
  token?: { accessToken: string };
}

const DIRECTORY = new Set(['settings', 'record', 'collection', 'stub']);

export const changesDirectory = ({ op }: SetupStep): boolean =>
  DIRECTORY.has(op.split('.')[0] ?? '');

/** What the steps have put into the request, and what is left to check. */
export interface Prepared {
  scenario: ReplayScenario;
  verify: () => void;
}

interface Client {
  id: string;
  told: RealtimeMessage[];
}

/** Makes the running host what the scenario starts from. */
export async function prepare(host: Host, scenario: ReplayScenario): Promise<Prepared> {
  const steps = (scenario.setup ?? []) as HostStep[];
  const clients = new Map<string, Client>();
  for (const step of steps) {
    if (changesDirectory(step)) continue;
    const run = STEPS[step.op];
    if (!run) throw new Error(`unknown step ${step.op}`);
    await run(host, step, { clients, steps });
  }
  const fill = (text: string): string =>
    text
      .replaceAll('%7B%7Bclient%3Ac3%7D%7D', '{{client:c3}}') // in a form
      .replace(/\{\{client:(\w+)\}\}/g, (_all, name: string) => clients.get(name)?.id ?? '')
      .replaceAll('{{clientId}}', clients.get('')?.id ?? '');
  host.reset();
  return {
    scenario: {
      ...scenario,
      url: fill(scenario.url),
      body: scenario.body === null ? null : fill(scenario.body),
    },
    verify: () => verify(steps, clients, fill),
  };
}

interface World {
  clients: Map<string, Client>;
  steps: readonly HostStep[];
}

type Run = (host: Host, step: HostStep, world: World) => unknown;

const STEPS: Record<string, Run> = {
  hook: bindHook,
  'cron.add': ({ maintenance }, { id = '', expr = '' }) =>
    maintenance.crons.add({ id, expression: expr, run: () => Promise.resolve() }),
  'cron.removeAll': ({ maintenance: { crons } }) => {
    for (const { id } of crons.list()) crons.remove(id);
  },
  route: addRoute,
  'store.set': occupy,
  'realtime.client': async (host, step, { clients }) => {
    clients.set(
      '',
      await connect(host, { subscriptions: step.subscriptions ?? [], set: step.set ?? {} }),
    );
  },
  'realtime.clients': async (host, step, { clients, steps }) => {
    for (const [name, subscriptions] of Object.entries(step.clients ?? {})) {
      const set = steps.find(({ op, client }) => op === 'realtime.clientSet' && client === name);
      const values = set ? { [set.key ?? '']: set.value ?? null } : {};
      const gone = step.discarded?.includes(name) === true;
      clients.set(name, await connect(host, { subscriptions, set: values, gone }));
    }
  },
  'realtime.clientSet': () => undefined, // at `realtime.clients`
  'oauth2.mockProvider': () => undefined, // the host was opened with it
};

function bindHook({ records }: Host, { hook = '', behavior }: HostStep): void {
  const name = (hook.charAt(0).toLowerCase() + hook.slice(1)) as HookName;
  const register = records.hooks[name] as (
    handler: (event: { next(): Promise<void> }) => Promise<void>,
  ) => string;
  if (behavior === 'assertOnly') return;
  if (name === 'onRealtimeMessageSend') register(() => Promise.resolve());
  else {
    expect(behavior).toBe('txError');
    register((event) =>
      records.transaction(async () => {
        await event.next();
        throw new AppError('invalid', 'TX_ERROR');
      }),
    );
  }
}

function addRoute(
  host: Host,
  { method = 'GET', path = '', respond = {}, bind = [] }: HostStep,
): void {
  const guards = bind.map(({ middleware, args = [] }): RequestHandler => {
    if (middleware === undefined) return panic;
    return MIDDLEWARES[middleware.replace('apis.', '')]?.(host, args) ?? panic;
  });
  const answer: RequestHandler = (_req, res) => {
    res.status(respond.status ?? 200).send(respond.text ?? '');
  };
  const verb = method.toLowerCase() as 'get' | 'post';
  host.routes[verb](path.replace(/\{(\w+)\}/g, ':$1'), ...guards, respond.panic ? panic : answer);
}

const panic: RequestHandler = () => {
  throw new Error('panic');
};

const MIDDLEWARES: Record<string, (host: Host, args: string[]) => RequestHandler> = {
  RequireGuestOnly: () => onlyGuests(),
  RequireAuth: (_host, args) => onlySignedIn(args),
  RequireSuperuserAuth: () => onlySuperusers(),
  RequireSuperuserOrOwnerAuth: (_host, [name]) => onlySuperusersOrOwner(name || undefined),
  RequireSameCollectionContextAuth: ({ records }, [name]) =>
    onlySameCollection(records, name || undefined),
};

/** PocketBase's memory store holds what is under way; here it really is. */
async function occupy({ records, maintenance, url }: Host, { key = '' }: HostStep): Promise<void> {
  if (key === '@activeBackup') {
    const begun = Promise.withResolvers<void>();
    records.hooks.onBackupCreate(async () => {
      begun.resolve();
      await new Promise(() => undefined); // never done
    });
    void maintenance.backups.create('pending.zip');
    return begun.promise;
  }
  expect(key).toMatch(/^@limitPasswordResetEmail/);
  await fetch(`${url}/api/collections/users/request-password-reset`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'test@example.com' }),
  });
}

interface Connecting {
  subscriptions: string[];
  set: Record<string, Json>;
  gone?: boolean;
}

async function connect(
  { records }: Host,
  { subscriptions, set, gone = false }: Connecting,
): Promise<Client> {
  const told: RealtimeMessage[] = [];
  const end = new AbortController();
  const { pbRealtimeClientIP = '127.0.0.1', auth } = set as {
    pbRealtimeClientIP?: string;
    auth?: { $record: [string, { email: string }] };
  };
  const client = await records.realtime.connect({
    ip: pbRealtimeClientIP,
    send: (message) => void told.push(message),
    end: () => undefined,
    signal: end.signal,
  });
  const [collection = '', { email = '' } = {}] = auth?.$record ?? [];
  const [record] = auth
    ? await records.find(collection, { filter: 'email = {:email}', params: { email } })
    : [];
  await records.realtime.subscribe(client.id, subscriptions, {
    context: 'default',
    method: 'POST',
    query: {},
    headers: {},
    body: {},
    ip: pbRealtimeClientIP,
    ...(record && {
      auth: { collection: records.collections.get(collection), record, superuser: false },
    }),
  });
  told.length = 0;
  if (gone) end.abort();
  return { id: client.id, told };
}

function verify(
  steps: readonly HostStep[],
  clients: ReadonlyMap<string, Client>,
  fill: (text: string) => string,
): void {
  const expected = steps.find(({ expectMessages }) => expectMessages)?.expectMessages;
  if (!expected) return;
  for (const [name, { told }] of clients) {
    const parts = expected[name];
    // the original lists what may come: from another address nothing does
    const isTold = parts !== undefined && !steps.some(({ op }) => op === 'realtime.clientSet');
    expect(told.map(({ event }) => event)).toEqual(isTold ? ['@oauth2'] : []);
    for (const part of isTold ? parts : []) expect(told[0]?.data).toContain(fill(part));
  }
}

/** A provider that knows one account, whatever the code. */
export function mockProviders(steps: readonly HostStep[]): OAuth2Providers | undefined {
  const step = steps.find(({ op }) => op === 'oauth2.mockProvider');
  if (!step) return undefined;
  const { authUser, token } = step;
  return {
    list: () => [{ name: 'test', displayName: 'Test', logo: '' }],
    signAppleSecret: () => '',
    start: () => Promise.reject(new AppError('unsupported', 'not in these scenarios')),
    exchange: () =>
      Promise.resolve({
        id: '',
        name: '',
        username: '',
        email: '',
        emailVerified: true,
        avatarURL: '',
        rawUser: {},
        refreshToken: '',
        accessToken: token?.accessToken ?? '',
        ...authUser,
      }),
  };
}
