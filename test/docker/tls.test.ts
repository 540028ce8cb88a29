import { mkdir, writeFile } from 'node:fs/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { get as plainGet } from 'node:http';
import { get } from 'node:https';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { acmeServer, freePort, has, hasDocker, temporaryDirectory, until } from '@davit/testkit';
import type { AcmeServer } from '@davit/testkit';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../edge/self-signed.ts';
import type { ProductApp } from '../product/app.ts';
import { serveWorld } from './serve-world.ts';
import type { ServeWorld } from './serve-world.ts';

const PATIENCE = { timeout: 120_000, interval: 200 };

interface Condition {
  type: string;
  status: string;
  message: string;
}

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
  let world: ServeWorld;
  let app: ProductApp;
  let certificates: string;
  let securePort: number;
  let isSecure = false;

  beforeAll(async () => {
    const scratch = opened.use(await temporaryDirectory('docker-tls')).path;
    const authority = join(scratch, 'authority.pem');
    certificates = join(scratch, 'certificates');
    await mkdir(certificates);
    securePort = await freePort();
    const more = () => ({
      env: { NODE_EXTRA_CA_CERTS: authority },
      flags: [
        ...['--edge-https', `127.0.0.1:${securePort}`, '--certificates', certificates],
        ...['--edge-acme', '--acme-directory', acme.directoryUrl],
      ],
    });
    world = opened.use(
      await serveWorld({ more: () => (isSecure ? more() : { env: {}, flags: [] }) }),
    );
    acme = opened.use(await acmeServer({ challengePort: world.edgePort }));
    await writeFile(authority, acme.authority);
    app = await world.app('web');
    const rules = [
      { host: 'own.example.com', path: '/', tls: true, tlsSecretName: 'mine' },
      { host: 'issued.example.com', path: '/', tls: true },
      { host: 'both.example.com', path: '/', tls: true },
      { host: 'both.example.com', path: '/' },
    ];
    const interfaces = [{ name: 'http', port: 8080, ingress: { rules } }];
    await app.roll('1', { interfaces });
  });
  afterAll(() => opened.disposeAsync());

  const restartSecure = async (): Promise<void> => {
    isSecure = true;
    await world.server.start();
  };
  const condition = async (type: string): Promise<Condition | undefined> => {
    const { conditions } = (await app.status()).status as { conditions?: Condition[] };
    return conditions?.find((one) => one.type === type);
  };

  const askPlain = (host: string): Promise<Answer> =>
    answer((done) =>
      plainGet({ host: '127.0.0.1', port: world.edgePort, headers: { host }, agent: false }, done),
    );
  const ask = (host: string): Promise<Answer> => {
    const base = { host: '127.0.0.1', port: securePort, servername: host, headers: { host } };
    return answer((done) => get({ ...base, agent: false, rejectUnauthorized: false }, done));
  };
  const served = (host: string): Promise<Answer> =>
    until(() => ask(host), { ...PATIENCE, what: host });

  test('serves rules with TLS over plain HTTP, and says so, where there is no HTTPS address', async () => {
    await app.becomes('Running');
    expect((await askPlain('own.example.com')).text).toBe('one');
    expect((await condition('SpecRendered'))?.message).toContain(
      'interfaces[0].ingress.rules[0].tls',
    );
  });

  test('takes up HTTPS after a restart of the server alone, with certificates of both kinds', async () => {
    await world.server.kill();
    await restartSecure();
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
    expect((await app.status()).urls).toContain(`https://own.example.com:${securePort}/`);
  });

  test('sends plain HTTP to HTTPS, unless a rule without TLS stands beside', async () => {
    await served('both.example.com');
    expect(await askPlain(`issued.example.com:${world.edgePort}`)).toMatchObject({
      status: 308,
      location: `https://issued.example.com:${securePort}/`,
    });
    expect(await askPlain('both.example.com')).toMatchObject({ status: 200, text: 'one' });
  });

  test('brings a new certificate into force without a restart, and keeps it from a bad one', async () => {
    const renewed = await selfSigned('renewed');
    await writeFile(join(certificates, 'mine.key'), renewed.key);
    await writeFile(join(certificates, 'mine.crt'), renewed.chain);
    await until(async () => (await ask('own.example.com')).subject === 'CN=renewed', PATIENCE);
    await writeFile(join(certificates, 'mine.key'), 'spoilt');
    await until(() => /the key is no PEM/.test(world.server.output()), PATIENCE);
    expect((await ask('own.example.com')).subject).toBe('CN=renewed');
    await expect(ask('unknown.example.com')).rejects.toThrow();
  });

  test('serves on while the server is away', async () => {
    await world.server.kill();
    expect((await ask('issued.example.com')).text).toBe('one');
    await restartSecure();
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
