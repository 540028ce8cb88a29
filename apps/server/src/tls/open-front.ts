import { messageClasses } from '@davit/http';
import type { App } from '@davit/http';
import { listen } from '../listen.ts';
import type { Listening } from '../listen.ts';
import type { ServeConfig } from '../config.ts';
import type { CertificateDesk } from './open-certificates.ts';
import { toHttps, withoutWww } from './redirects.ts';
import { SecureHosts } from './secure-hosts.ts';

/**
 * Where clients come in: over HTTP or, with domains, over HTTPS with an HTTP address that leads there. Does not wait
 * for certificates. Errors: `unavailable` when an address is taken or not allowed.
 */
export async function openFront(
  app: App,
  { http, https }: Pick<ServeConfig, 'http' | 'https'>,
  desk: CertificateDesk | undefined,
): Promise<Listening> {
  const messages = messageClasses(app);
  if (!https || !desk) return listen(app, { address: http, flag: '--http', messages });
  const certificates = desk.certificates({ issue: true });
  const hosts = new SecureHosts(https.domains, certificates);
  const secure = await listen(withoutWww({ app, hosts, port: () => secure.port }), {
    address: https.address,
    flag: '--https',
    messages,
    contextOf: (name) => hosts.contextOf(name),
    ...(https.domains[0] !== undefined && { name: https.domains[0] }),
  });
  const redirects = toHttps({ app, hosts, port: () => secure.port });
  const plain = await listen(redirects, { address: http, flag: '--http', messages }).catch(
    async (error) => {
      await Promise.all([secure.close(0), certificates.close()]);
      throw error;
    },
  );
  return {
    ...secure,
    async close(graceMs) {
      await Promise.all([secure.close(graceMs), plain.close(graceMs), certificates.close()]);
    },
  };
}
