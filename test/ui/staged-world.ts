import { join } from 'node:path';
import { createServer } from '@davit/server';
import type { Server } from '@davit/server';
import { temporaryDirectory } from '@davit/testkit';
import PocketBase from 'pocketbase';
import type { RecordModel } from 'pocketbase';
import { serveConfig } from '../api/server.ts';
import { SCENES, specOf } from './scenes.ts';
import { stagedEngine } from './staged-engine.ts';
import type { StagedEngine } from './staged-engine.ts';
import type { Account } from './visit.ts';

export const PASSWORD = 'correct-horse-1';

const provider = (name: string): object => ({ name, clientId: 'staged', clientSecret: 'staged' });
/** Every way to sign in is there; one person needs two. */
const WAYS_IN = {
  otp: { enabled: true },
  mfa: { enabled: true, rule: 'email = "grace@example.com"' },
  oauth2: { enabled: true, providers: [provider('google'), provider('github')] },
};

/** A real server with records in every state, on an engine that plays them. */
export interface StagedWorld extends AsyncDisposable {
  readonly server: Server;
  readonly engine: StagedEngine;
  /** has the projects `shop` and `playground`, the latter without apps */
  readonly owner: Account;
  /** has nothing yet */
  readonly newcomer: Account;
  /** sees what everybody has */
  readonly superuser: Account;
  readonly project: string;
  readonly playground: string;
  /** ids of the apps of `shop`, by their names in `SCENES`; and `draft`, never rolled out */
  readonly apps: Record<string, string>;
}

export async function stagedWorld(): Promise<StagedWorld> {
  const opened = new AsyncDisposableStack();
  try {
    const directory = opened.use(await temporaryDirectory('ui'));
    const engine = stagedEngine();
    const config = serveConfig(join(directory.path, 'pb_data'));
    const server = await createServer(config, { driver: engine.driver });
    opened.defer(() => server.close());
    await server.records.superusers.create('root@example.com', PASSWORD);
    const root = new PocketBase(server.url);
    await root.collection('_superusers').authWithPassword('root@example.com', PASSWORD);
    const owner = await addUser(root, 'ada@example.com', 'Ada');
    const newcomer = await addUser(root, 'grace@example.com', 'Grace');
    await root.collections.update('users', WAYS_IN);
    await addKeys(owner, root);
    return {
      server,
      engine,
      owner: accountOf(owner),
      newcomer: accountOf(newcomer),
      superuser: accountOf(root),
      ...(await seed(owner, engine)),
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function addUser(root: PocketBase, email: string, name: string): Promise<PocketBase> {
  const account = { email, name, password: PASSWORD, passwordConfirm: PASSWORD };
  await root.collection('users').create(account);
  const client = new PocketBase(root.baseURL);
  await client.collection('users').authWithPassword(email, PASSWORD);
  return client;
}

/** Keys as they are: for much, for little, about to end, for ever. */
async function addKeys(owner: PocketBase, root: PocketBase): Promise<void> {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const readOnly = ['*:list', '*:view', '@platform:status', '@platform:logs', '@platform:events'];
  await addKey(owner, { name: 'pipeline', scopes: ['@platform:deploy', '@platform:status'] });
  await addKey(owner, { name: 'dashboard', scopes: readOnly, expires: tomorrow });
  await addKey(root, { name: 'nightly backups', scopes: ['@admin:backups'] });
}

const addKey = (client: PocketBase, body: object): Promise<unknown> =>
  client.send('/api/davit/v1/api-keys', { method: 'POST', body });

const accountOf = ({ authStore: { token, record } }: PocketBase): Account => ({ token, record });

async function seed(
  client: PocketBase,
  engine: StagedEngine,
): Promise<Pick<StagedWorld, 'project' | 'playground' | 'apps'>> {
  const user = client.authStore.record?.id ?? '';
  const create = (collection: string, body: object): Promise<RecordModel> =>
    client.collection(collection).create({ user, ...body });
  const description = 'The web shop: front end, search, payments and their database.';
  const { id: project } = await create('projects', { name: 'shop', description });
  const { id: playground } = await create('projects', { name: 'playground' });
  const apps: Record<string, string> = {};
  for (const [name, scene] of Object.entries(SCENES)) {
    const { id: deployment } = await create('deployments', { name, project });
    apps[name] = deployment;
    engine.play({ projectId: project, deploymentId: deployment }, scene);
    for (const tag of name === 'web' ? ['1.4.0', '1.4.1', '1.4.2'] : ['1'])
      await create('rollouts', { project, deployment, manifest: manifestOf(name, tag) });
  }
  apps['draft'] = (await create('deployments', { name: 'draft', project })).id;
  await stop(client, apps['mailer'] ?? '');
  return { project, playground, apps };
}

const manifestOf = (name: string, tag: string): object => ({
  apiVersion: 'one-click.dev/v1alpha1',
  kind: 'Rollout',
  spec: { ...specOf(name, tag), secrets: [{ name: 'SESSION_KEY', value: 'hush-hush' }] },
});

async function stop(client: PocketBase, deployment: string): Promise<void> {
  const rollouts = client.collection('rollouts');
  const running = await rollouts.getFirstListItem(`deployment = "${deployment}" && endDate = ""`);
  await rollouts.update(running.id, { endDate: new Date().toISOString() });
}
