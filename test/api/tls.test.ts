import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { request as plainRequest } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import type { Logger } from '@davit/domain';
import { createServer } from '@davit/server';
import type { Server } from '@davit/server';
import { acmeServer, freePort, has, temporaryDirectory, until } from '@davit/testkit';
import type { AcmeServer } from '@davit/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { serveConfig } from './server.ts';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  serial: string;
}

describe.runIf(has('acme'))('domains over HTTPS', () => {
  const opened = new AsyncDisposableStack();
  let acme: AcmeServer;
  const roots: string[] = [];
  const servers: Server[] = [];
  let dir: string;
  let httpPort: number;
  let httpsPort: number;
  const lines: string[] = [];
  const logger: Logger = {
    log: (level, message, fields) =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
    with: () => logger,
  };

  beforeAll(async () => {
    httpPort = await freePort();
    acme = opened.use(await acmeServer({ challengePort: httpPort }));
    roots.push(await acme.root());
    dir = join(opened.use(await temporaryDirectory('tls')).path, 'pb_data');
    setDefaultCACertificates([...getCACertificates('default'), acme.authority]);
  });
  afterEach(async ({ task }) => {
    for (const server of servers.splice(0)) await server.close();
    if (task.result?.state === 'fail') console.error(lines.join('\n'));
  });
  afterAll(() => opened.disposeAsync());

  async function serve(...domains: string[]): Promise<Server> {
    const config = serveConfig(dir);
    const cache = join(dir, '.autocert_cache');
    const server = await createServer(
      {
        ...config,
        http: { host: '127.0.0.1', port: httpPort },
        https: { address: { host: '127.0.0.1', port: 0 }, domains },
        tls: { ...config.tls, cache, acmeDirectory: acme.directoryUrl },
      },
      { logger },
    );
    servers.push(server);
    httpsPort = Number(new URL(server.url).port);
    return server;
  }

  function ask(host: string, path = '/api/health'): Promise<Answer> {
    const options = { host: '127.0.0.1', port: httpsPort, servername: host, ca: roots };
    return answer((done) => request({ ...options, path, agent: false, headers: { host } }, done));
  }

  const askPlain = (host: string, path = '/api/health'): Promise<Answer> =>
    answer((done) =>
      plainRequest(
        { host: '127.0.0.1', port: httpPort, path, agent: false, headers: { host } },
        done,
      ),
    );

  const served = (host: string): Promise<Answer> =>
    until(() => ask(host).catch(() => undefined), { timeout: 60_000, interval: 100, what: host });

  test('orders a certificate while HTTP answers already, and leads there', async () => {
    const { url } = await serve('one.example.com');
    expect((await askPlain('localhost')).status).toBe(200);
    expect((await served('one.example.com')).status).toBe(200);
    expect(url).toBe(`https://one.example.com:${httpsPort}`);
    const { status, headers } = await askPlain(`one.example.com:${httpPort}`, '/a?b=c');
    expect([status, headers.location]).toEqual([307, `https://one.example.com:${httpsPort}/a?b=c`]);
    // from a usual port, which may be led to ours
    const usual = await askPlain('one.example.com', '/a');
    expect(usual.headers.location).toBe('https://one.example.com/a');
    expect(lines.join('\n')).toMatch(/info certificate issued .*one\.example\.com/);
    const cache = join(dir, '.autocert_cache');
    for (const name of await readdir(cache)) {
      expect((await stat(join(cache, name))).mode & 0o777).toBe(0o600);
    }
    expect(lines.join()).not.toContain('PRIVATE');
  });

  test('serves nothing for hosts it was not asked to serve', async () => {
    await serve('one.example.com');
    await served('one.example.com');
    const orders = (): number => lines.filter((line) => line.includes('ordered')).length;
    const before = orders();
    await expect(ask('other.example.com')).rejects.toThrow();
    expect((await askPlain('other.example.com', '/')).status).toBe(421);
    expect(orders()).toBe(before);
    // a name below www. comes with the domain, once somebody asks for it
    await expect(ask('www.one.example.com')).rejects.toThrow();
    const { status, headers } = await served('www.one.example.com');
    expect([status, headers.location]).toEqual([307, 'https://one.example.com/api/health']);
  });

  test('uses what it has after a restart, also while the authority is away', async () => {
    const first = await serve('one.example.com');
    const { serial } = await served('one.example.com');
    await first.close();
    await acme.stop();
    try {
      await serve('one.example.com', 'two.example.com');
      expect((await served('one.example.com')).serial).toBe(serial);
      await until(() =>
        /warn No certificate for two\.example\.com: .*ECONNREFUSED/.test(lines.join('\n')),
      );
      expect((await askPlain('localhost')).status).toBe(200);
    } finally {
      await acme.start();
      roots.push(await acme.root());
    }
  });

  test('says in the words of the authority why a host has no certificate', async () => {
    await acme.resolve('elsewhere.example.com', '127.0.0.9');
    await serve('elsewhere.example.com', 'three.example.com');
    await served('three.example.com');
    const pattern = /warn No certificate for elsewhere\.example\.com: .*127\.0\.0\.9/;
    await until(() => pattern.test(lines.join('\n')), { timeout: 60_000 });
  });

  test('prefers a certificate of the user, from the moment it is there', async () => {
    await serve('one.example.com');
    const { serial } = await served('one.example.com');
    // one that was issued for another file name serves as well as any
    const text = await readFile(join(dir, '.autocert_cache', 'three.example.com'), 'utf8');
    const [key = '', ...chain] = text.split(/(?=-----BEGIN )/);
    const folder = join(dir, 'certificates');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'mine.crt'), chain.join(''));
    await writeFile(join(folder, 'mine.key'), key);
    await expect(
      until(() => ask('three.example.com').catch(() => undefined), { timeout: 20_000 }),
    ).resolves.toMatchObject({ status: 200 });
    expect((await ask('one.example.com')).serial).toBe(serial);
  });
});

function answer(
  begin: (done: (response: IncomingMessage) => void) => ClientRequest,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const read = async (response: IncomingMessage): Promise<Answer> => {
    const { statusCode: status = 0, headers, socket } = response;
    const peer = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    let text = '';
    for await (const piece of response.setEncoding('utf8')) text += String(piece);
    return { status, headers, text, serial: peer?.serialNumber ?? '' };
  };
  begin((response) => void read(response).then(resolve, reject))
    .on('error', reject)
    .end();
  return promise;
}
