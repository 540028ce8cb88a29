import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@davit/server';
import type { ServeConfig, Server, ServerOverrides } from '@davit/server';

/** A server of one test file, on its own port, with its own directory. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
  readonly dir: string;
  /** tokens by role */
  readonly tokens: Record<Exclude<Role, 'guest'>, string>;
  /** ids of the records behind the roles */
  readonly ids: Record<Exclude<Role, 'guest'>, string>;
}

export const ROLES = ['guest', 'user', 'other', 'superuser'] as const;
export type Role = (typeof ROLES)[number];

export const PASSWORD = 'correct-horse-1';

/** A server on a free port that runs nothing. */
export function serveConfig(dir: string): ServeConfig {
  return {
    command: 'serve',
    dir,
    passwordHash: 'auto',
    sync: 'normal',
    readers: 1,
    http: { host: '127.0.0.1', port: 0 },
    tls: {
      folder: join(dir, 'certificates'),
      cache: join(dir, '.autocert_cache'),
      acmeDirectory: '',
    },
    origins: ['*'],
    publicDir: join(dir, 'pb_public'),
    outward: {},
    driver: {
      name: 'none',
      kubeconfig: '',
      inCluster: { host: undefined, port: undefined },
      dockerHost: '',
      edgeHttp: { host: '127.0.0.1', port: 0 },
      edgeAcme: false,
    },
  };
}

/** A new directory with a superuser and two ordinary users who know nothing of each other. */
export async function startServer(overrides: ServerOverrides = {}): Promise<TestServer> {
  const dir = await mkdtemp(join(tmpdir(), 'davit-api-'));
  const server = await createServer(serveConfig(dir), overrides);
  const superuser = await addSuperuser(server);
  const user = await addUser(server, superuser.token, 'user');
  const other = await addUser(server, superuser.token, 'other');
  return {
    url: server.url,
    server,
    dir,
    tokens: { superuser: superuser.token, user: user.token, other: other.token },
    ids: { superuser: superuser.id, user: user.id, other: other.id },
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

interface Account {
  id: string;
  token: string;
}

async function addSuperuser(server: Server): Promise<Account> {
  await server.records.superusers.create('root@example.com', PASSWORD);
  return signIn(server.url, '_superusers', 'root@example.com');
}

async function addUser(server: Server, token: string, name: string): Promise<Account> {
  const email = `${name}@example.com`;
  const response = await fetch(`${server.url}/api/collections/users/records`, {
    method: 'POST',
    headers: { authorization: token, 'content-type': 'application/json' },
    body: JSON.stringify({
      email,
      username: name,
      password: PASSWORD,
      passwordConfirm: PASSWORD,
      verified: true,
    }),
  });
  if (!response.ok) throw new Error(`cannot create ${email}: ${await response.text()}`);
  return signIn(server.url, 'users', email);
}

async function signIn(url: string, collection: string, identity: string): Promise<Account> {
  const response = await fetch(`${url}/api/collections/${collection}/auth-with-password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identity, password: PASSWORD }),
  });
  if (!response.ok) throw new Error(`cannot sign in: ${await response.text()}`);
  const { token, record } = (await response.json()) as { token: string; record: { id: string } };
  return { id: record.id, token };
}
