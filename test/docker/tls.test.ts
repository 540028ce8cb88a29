import { mkdir, writeFile } from 'node:fs/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { get as plainGet } from 'node:http';
import { get } from 'node:https';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import {
  acmeServer,
  childProcess,
  dockerEngine,
  freePort,
  has,
  hasDocker,
  loadTestImages,
  temporaryDirectory,
  until,
} from '@davit/testkit';
import type { AcmeServer, Child, DockerEngine } from '@davit/testkit';
import PocketBase from 'pocketbase';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../edge/self-signed.ts';

const MAIN = join(import.meta.dirname, '../../apps/server/dist/main.js');
const [EMAIL, PASSWORD] = ['root@example.com', 'correct-horse-1'];
const PATIENCE = { timeout: 120_000, interval: 200 };

interface Answer {
  status: number;
  location: string | undefined;
  text: string;
  /** common names of the certificate and of who issued it */
  subject: string;
  issuer: string;
}

describe.runIf(hasDocker() && has('acme'))('apps on Docker over HTTPS', () => {
  const opened = new AsyncDisposableStack();
  let acme: AcmeServer;
  let engine: DockerEngine;
  let client: PocketBase;
  let dir: string;
  let certificates: string;
  let ports: { http: number; edge: number; edgeSecure: number };
  let server: Child;
  let app: { project: string; deployment: string; user: string };

  const davit = (...args: string[]): Promise<Child> =>
    childProcess(process.execPath, [MAIN, ...args]);

  async function serve(...more: string[]): Promise<Child> {
    const args = [
      ...['serve', '--dir', dir, '--http', `127.0.0.1:${ports.http}`, '--driver', 'docker'],
      ...['--docker-host', engine.host, '--edge-http', `127.0.0.1:${ports.edge}`, ...more],
    ];
    const env = { NODE_EXTRA_CA_CERTS: join(certificates, '../authority.pem') };
    return childProcess(process.execPath, [MAIN, ...args], { ready: /Address/, env });
  }

  const secure = (): Promise<Child> =>
    serve(
      ...['--edge-https', `127.0.0.1:${ports.edgeSecure}`, '--certificates', certificates],
      ...['--edge-acme', '--acme-directory', acme.directoryUrl],
    );

  beforeAll(async () => {
    engine = opened.use(await dockerEngine());
    await loadTestImages(engine);
    ports = { http: await freePort(), edge: await freePort(), edgeSecure: await freePort() };
    acme = opened.use(await acmeServer({ challengePort: ports.edge }));
    const scratch = opened.use(await temporaryDirectory('docker-tls')).path;
    [dir, certificates] = [join(scratch, 'pb_data'), join(scratch, 'certificates')];
    await mkdir(certificates);
    await writeFile(join(scratch, 'authority.pem'), acme.authority);
    await using superuser = await davit('superuser', 'upsert', EMAIL, PASSWORD, '--dir', dir);
    expect(await superuser.ended).toBe(0);
    opened.defer(async () => {
      await using stopping = await davit('edge', 'stop', '--dir', dir);
      await stopping.ended;
    });
    server = await serve();
    opened.defer(() => server[Symbol.asyncDispose]());
    client = new PocketBase(`http://127.0.0.1:${ports.http}`);
    client.autoCancellation(false);
    await client.collection('_superusers').authWithPassword(EMAIL, PASSWORD);
    const account = { email: 'ada@example.com', password: PASSWORD, passwordConfirm: PASSWORD };
    const { id: user } = await client.collection('users').create(account);
    const { id: project } = await client.collection('projects').create({ name: 'Docks', user });
    const { id: deployment } = await client
      .collection('deployments')
      .create({ name: 'web', user, project });
    app = { project, deployment, user };
    const rules = [
      { host: 'own.example.com', path: '/', tls: true, tlsSecretName: 'mine' },
      { host: 'issued.example.com', path: '/', tls: true },
      { host: 'both.example.com', path: '/', tls: true },
      { host: 'both.example.com', path: '/' },
    ];
    const interfaces = [{ name: 'http', port: 8080, ingress: { rules } }];
    const image = { registry: 'davit.test', repository: 'web', tag: '1' };
    const manifest = {
      apiVersion: 'one-click.dev/v1alpha1',
      kind: 'Rollout',
      spec: { image, interfaces },
    };
    await client.collection('rollouts').create({ ...app, manifest });
  });
  afterAll(() => opened.disposeAsync());

  interface Status {
    phase: string;
    urls: string[];
    status: { conditions: { type: string; status: string; message: string }[] };
  }
  const status = (): Promise<Status> =>
    client.send(`/api/davit/v1/projects/${app.project}/deployments/${app.deployment}/status`, {});
  const condition = async (type: string) =>
    (await status()).status.conditions.find((one) => one.type === type);

  const askPlain = (host: string): Promise<Answer> =>
    answer((done) =>
      plainGet({ host: '127.0.0.1', port: ports.edge, headers: { host }, agent: false }, done),
    );
  const ask = (host: string): Promise<Answer> => {
    const { edgeSecure: port } = ports;
    const base = { host: '127.0.0.1', port, servername: host, headers: { host } };
    return answer((done) => get({ ...base, agent: false, rejectUnauthorized: false }, done));
  };
  const served = (host: string): Promise<Answer> =>
    until(() => ask(host), { ...PATIENCE, what: host });

  test('serves rules with TLS over plain HTTP, and says so, where there is no HTTPS address', async () => {
    await until(async () => (await status()).phase === 'Running', PATIENCE);
    expect((await askPlain('own.example.com')).text).toBe('one');
    const { message } = (await condition('SpecRendered')) ?? {};
    expect(message).toContain('interfaces[0].ingress.rules[0].tls');
  });

  test('takes up HTTPS after a restart of the server alone, with certificates of both kinds', async () => {
    await server[Symbol.asyncDispose]();
    server = await secure();
    expect((await served('issued.example.com')).issuer).toMatch(/Pebble/);
    // without a certificate it is served as before
    expect(await askPlain('own.example.com')).toMatchObject({ status: 200, text: 'one' });
    expect(await condition('CertificateReady')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('There is no certificate called mine.') as string,
    });
    const { chain, key } = await selfSigned('mine');
    await writeFile(join(certificates, 'mine.crt'), chain);
    await writeFile(join(certificates, 'mine.key'), key);
    expect(await served('own.example.com')).toMatchObject({ subject: 'CN=mine', text: 'one' });
    await until(async () => (await condition('CertificateReady'))?.status === 'True', PATIENCE);
    expect((await status()).urls).toContain(`https://own.example.com:${ports.edgeSecure}/`);
  });

  test('sends plain HTTP to HTTPS, unless a rule without TLS stands beside', async () => {
    await served('both.example.com');
    expect(await askPlain(`issued.example.com:${ports.edge}`)).toMatchObject({
      status: 308,
      location: `https://issued.example.com:${ports.edgeSecure}/`,
    });
    expect(await askPlain('both.example.com')).toMatchObject({ status: 200, text: 'one' });
  });

  test('brings a new certificate into force without a restart, and keeps it from a bad one', async () => {
    const renewed = await selfSigned('renewed');
    await writeFile(join(certificates, 'mine.key'), renewed.key);
    await writeFile(join(certificates, 'mine.crt'), renewed.chain);
    await until(async () => (await ask('own.example.com')).subject === 'CN=renewed', PATIENCE);
    await writeFile(join(certificates, 'mine.key'), 'spoilt');
    await until(() => /the key is no PEM/.test(server.output()), PATIENCE);
    expect((await ask('own.example.com')).subject).toBe('CN=renewed');
    await expect(ask('unknown.example.com')).rejects.toThrow();
  });

  test('serves on while the server is away', async () => {
    await server[Symbol.asyncDispose]();
    expect((await ask('issued.example.com')).text).toBe('one');
    server = await secure();
    expect((await served('issued.example.com')).text).toBe('one');
  });
});

function answer(
  begin: (done: (response: IncomingMessage) => void) => ClientRequest,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const read = async (response: IncomingMessage): Promise<Answer> => {
    const { statusCode = 0, headers, socket } = response;
    const peer = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    let text = '';
    for await (const piece of response.setEncoding('utf8')) text += String(piece);
    const { subject = '', issuer = '' } = peer ?? {};
    return { status: statusCode, location: headers.location, text, subject, issuer };
  };
  begin((response) => void read(response).then(resolve, reject)).on('error', reject);
  return promise;
}
