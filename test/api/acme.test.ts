import { createServer } from 'node:http';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Logger } from '@davit/domain';
import { acmeServer, freePort, has, temporaryDirectory, until } from '@davit/testkit';
import { AcmeCache, acmeIssuer, CertificateKeeper, Challenges } from '@davit/tls';
import { describe, expect, test } from 'vitest';

const PATIENCE = { timeout: 60_000, interval: 100 };

describe.runIf(has('acme'))('certificates from an authority', () => {
  test('are renewed before they expire, also where the authority was away meanwhile', async () => {
    await using opened = new AsyncDisposableStack();
    const port = await freePort();
    const challenges = new Challenges();
    const web = createServer(({ url = '' }, response) => {
      const proof = challenges.find(url);
      response.writeHead(proof === undefined ? 404 : 200).end(proof);
    }).listen(port, '127.0.0.1');
    opened.defer(() => void web.close());
    const acme = opened.use(await acmeServer({ challengePort: port, validitySeconds: 12 }));
    setDefaultCACertificates([...getCACertificates('default'), acme.authority]);
    const directory = opened.use(await temporaryDirectory('acme-cache')).path;
    const cache = new AcmeCache(join(directory, 'cache'));
    const lines: string[] = [];
    const logger: Logger = {
      log: (level, message) => void lines.push(`${level} ${message}`),
      with: () => logger,
    };
    const options = {
      directoryUrl: acme.directoryUrl,
      email: 'ops@example.com',
      cache,
      challenges,
    };
    const keeper = new CertificateKeeper({
      issue: acmeIssuer(options),
      cache,
      logger,
      backOff: { baseMs: 200, maxMs: 1000 },
    });
    opened.defer(() => keeper.close());
    const serial = (): string | undefined => keeper.find('a.example.com')?.leaf.serialNumber;
    keeper.want(['a.example.com']);
    const first = await until(serial, PATIENCE);
    await until(() => serial() !== first, { ...PATIENCE, what: 'a renewal' });
    const second = serial();
    // away when the next renewal is due; what is there is served on
    await acme.stop();
    await until(() => keeper.problem('a.example.com'), { ...PATIENCE, what: 'a failure' });
    expect(serial()).toBe(second);
    expect(lines.join('\n')).toMatch(
      /warn No certificate for a\.example\.com: .*cannot be reached/,
    );
    // it comes back without any memory of the account
    await acme.start();
    await until(() => serial() !== second, { ...PATIENCE, what: 'a second renewal' });
    expect(keeper.problem('a.example.com')).toBeUndefined();
    expect(challenges.all).toEqual({});
    expect((await cache.read('a.example.com'))?.leaf.serialNumber).toBe(serial());
  });
});
