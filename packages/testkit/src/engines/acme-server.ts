import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetch, Agent } from 'undici';
import { type Child, childProcess } from '../child-process.ts';
import { freePort } from '../free-port.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { until } from '../until.ts';
import { createAuthority, issueCertificate } from './certificates.ts';
import { programPath } from './programs.ts';

export interface AcmeServerOptions {
  /** where it comes to check a host, in place of port 80 */
  challengePort: number;
  /** of certificates; 90 days where absent */
  validitySeconds?: number;
}

/** A pebble: Let's Encrypt's own server for tests, and a DNS of its own. */
export interface AcmeServer extends AsyncDisposable {
  readonly directoryUrl: string;
  /** PEM: signed the server's own certificate */
  readonly authority: string;
  /** PEM: signs what it issues since the last start */
  root(): Promise<string>;
  /** all pebble printed */
  output(): string;
  /** Leads a name elsewhere than to 127.0.0.1. */
  resolve(host: string, address: string): Promise<void>;
  /** Starts it again, if it runs or not: it has forgotten every account and order. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function acmeServer(options: AcmeServerOptions): Promise<AcmeServer> {
  const opened = new AsyncDisposableStack();
  try {
    const directory = opened.use(await temporaryDirectory('acme')).path;
    const ports = { acme: await freePort(), management: await freePort(), dns: await freePort() };
    const authority = await createAuthority(directory);
    const pair = await issueCertificate(authority, 'pebble', ['localhost', '127.0.0.1']);
    const dns = opened.use(await startDns(ports.dns));
    const config = join(directory, 'pebble.json');
    await writeFile(config, pebbleConfig({ ...ports, ...pair, ...options }));
    const agent = new Agent({ connect: { ca: authority.certificate } });
    opened.defer(() => agent.close());
    const root = async (): Promise<string> => {
      const url = `https://127.0.0.1:${ports.management}/roots/0`;
      return (await fetch(url, { dispatcher: agent })).text();
    };
    let pebble: Child | undefined;
    const stop = async (): Promise<void> => {
      await pebble?.[Symbol.asyncDispose]();
      pebble = undefined;
    };
    const start = async (): Promise<void> => {
      await stop();
      const args = ['-config', config, '-dnsserver', `127.0.0.1:${ports.dns}`];
      const env = { PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: '0' };
      pebble = await childProcess(programPath('pebble'), args, { env, ready: /ACME directory/ });
      await until(root, { what: 'pebble' });
    };
    opened.defer(stop);
    await start();
    return {
      directoryUrl: `https://127.0.0.1:${ports.acme}/dir`,
      authority: authority.certificate,
      root,
      output: () => pebble?.output() ?? '',
      resolve: dns.resolve,
      start,
      stop,
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** Answers every name with 127.0.0.1 until told otherwise. */
async function startDns(
  port: number,
): Promise<AsyncDisposable & { resolve: AcmeServer['resolve'] }> {
  const management = await freePort();
  const others = ['http01', 'https01', 'tlsalpn01', 'doh'].flatMap((name) => [`-${name}`, '']);
  const args = ['-dnsserver', `127.0.0.1:${port}`, '-management', `127.0.0.1:${management}`];
  const child = await childProcess(
    programPath('pebble-challtestsrv'),
    [...args, ...others, '-defaultIPv4', '127.0.0.1', '-defaultIPv6', ''],
    { ready: /management server/i },
  );
  return {
    async resolve(host, address) {
      const body = JSON.stringify({ host, addresses: [address] });
      await fetch(`http://127.0.0.1:${management}/add-a`, { method: 'POST', body });
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

interface PebbleConfig extends AcmeServerOptions {
  acme: number;
  management: number;
  certificateFile: string;
  keyFile: string;
}

function pebbleConfig(given: PebbleConfig): string {
  const { acme, management, challengePort, validitySeconds = 90 * 86_400 } = given;
  return JSON.stringify({
    pebble: {
      listenAddress: `127.0.0.1:${acme}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: given.certificateFile,
      privateKey: given.keyFile,
      httpPort: challengePort,
      tlsPort: 1,
      retryAfter: { authz: 1, order: 1 },
      keyAlgorithm: 'ecdsa',
      profiles: { default: { description: 'for tests', validityPeriod: validitySeconds } },
    },
  });
}
