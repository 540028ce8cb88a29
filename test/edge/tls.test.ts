import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { Certificate } from '@davit/domain';
import { beforeAll, expect, test } from 'vitest';
import { selfSigned } from './self-signed.ts';
import { app, exchange, request, world, type World } from './world.ts';

const CLOSE = 'Connection: close';
const certificates: Record<string, Certificate> = {};

beforeAll(async () => {
  for (const name of ['one', 'two', 'wild']) certificates[name] = await selfSigned(name);
});

interface Handshake {
  name: string;
  protocol: string | false | null;
  text: string;
}

async function ask(w: World, servername: string, bytes = request('/', CLOSE)): Promise<Handshake> {
  const { port } = w.edge.addresses.https[0]!;
  const options = { port, host: '127.0.0.1', servername, rejectUnauthorized: false };
  const socket = connect({ ...options, ALPNProtocols: ['h2', 'http/1.1'] });
  await once(socket, 'secureConnect');
  const name = String(socket.getPeerCertificate().subject.CN);
  const protocol = socket.alpnProtocol;
  socket.write(bytes);
  let text = '';
  for await (const piece of socket.setEncoding('utf8')) text += String(piece);
  return { name, protocol, text };
}

const https = [{ host: '127.0.0.1', port: 0 }];

test('serves each host with its own certificate, and the new one at once', async () => {
  await using w = await world({ https });
  await using web = await app('web');
  const routes = (tls: string): object[] => [
    { targets: [web], tls },
    { host: '*.wild.test', targets: [web], tls: 'wild' },
  ];
  await w.put(routes('one'), { certificates });
  const answer = await ask(w, 'a.test');
  expect(answer).toMatchObject({ name: 'one', protocol: 'http/1.1' });
  expect(answer.text).toMatch(/web$/);
  expect(web.seen[0]!.headers['x-forwarded-proto']).toBe('https');
  expect((await ask(w, 'x.wild.test')).name).toBe('wild');
  await expect(ask(w, 'unknown.test')).rejects.toThrow();
  await w.put(routes('two'), { certificates });
  expect((await ask(w, 'a.test')).name).toBe('two');
});

test('sends plain HTTP to HTTPS where the route says so', async () => {
  await using w = await world({ https, publicHttpsPort: 443, trustedPeers: ['127.0.0.1'] });
  await using web = await app('web');
  const routes = [
    { targets: [web], tls: 'one', httpsOnly: true },
    { path: '/.well-known/acme-challenge', targets: [web] },
  ];
  await w.put(routes, { certificates });
  const moved = await exchange(w.port, request('/x?y=1', CLOSE));
  expect(moved).toMatch(/^HTTP\/1.1 308 [^]*Location: https:\/\/a.test\/x\?y=1\r\n/);
  expect(await exchange(w.port, request('/.well-known/acme-challenge/t', CLOSE))).toMatch(/web$/);
  expect(await exchange(w.port, request('/', CLOSE).replace('a.test', 'a.test:8080'))).toMatch(
    /Location: https:\/\/a.test\//,
  );
  const behind = await exchange(w.port, request('/', CLOSE, 'X-Forwarded-Proto: https'));
  expect(behind).toMatch(/web$/);
  expect((await ask(w, 'a.test')).text).toMatch(/web$/);
});

test('answers an authority over HTTP, whatever the host and its route', async () => {
  await using w = await world({ https });
  await using web = await app('web');
  const challenges = { 'token-1': 'token-1.thumbprint' };
  await w.put([{ targets: [web], tls: 'one', httpsOnly: true }], { certificates, challenges });
  const path = '/.well-known/acme-challenge/';
  const proof = await exchange(w.port, request(`${path}token-1`, CLOSE, 'Accept: text/html'));
  expect(proof).toMatch(/^HTTP\/1.1 200 [^]*\r\n\r\ntoken-1\.thumbprint$/);
  const elsewhere = request(`${path}token-1`, CLOSE).replace('a.test', 'new.test');
  expect(await exchange(w.port, elsewhere)).toMatch(/token-1\.thumbprint$/);
  expect(await exchange(w.port, request(`${path}toString`, CLOSE))).toMatch(/^HTTP\/1.1 308 /);
  await w.put([{ targets: [web] }]);
  expect(await exchange(w.port, request(`${path}token-1`, CLOSE))).toMatch(/web$/);
  await expect(w.put([], { challenges: { '../x': 'y' } })).rejects.toThrow();
});

test('tells nobody the keys', async () => {
  await using w = await world({ https });
  await w.put([{ tls: 'one' }], { certificates });
  expect(JSON.stringify(await w.status()) + w.logs.join()).not.toMatch(/PRIVATE/);
});

test('writes a line for each request, without its query', async () => {
  await using w = await world();
  const accessLogFile = join(w.directory, 'access.log');
  await appendFile(accessLogFile, '');
  await using logged = await world({ accessLogFile });
  await using web = await app('web');
  await logged.put([{ targets: [web] }]);
  await exchange(logged.port, request('/x?token=secret', CLOSE));
  await exchange(logged.port, request('/', CLOSE).replace('a.test', 'b.test'));
  await logged.edge.close();
  const lines = (await readFile(accessLogFile, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { path: '/x', status: 200, host: 'a.test', target: 'web', deploymentId: 'd', bytesOut: 3 },
    { path: '/', status: 404, host: 'b.test', client: '127.0.0.1' },
  ]);
  expect(lines.join()).not.toMatch(/secret/);
});
