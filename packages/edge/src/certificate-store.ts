import { createSecureContext, type SecureContext } from 'node:tls';
import type { RouteTable } from '@davit/domain';
import { hostPatterns, parseHost } from './host.ts';

/** The certificates in force, by the name a client asks for. */
export class CertificateStore {
  #byHost = new Map<string, SecureContext>();

  apply({ routes, certificates = {} }: RouteTable): void {
    const contexts = new Map<string, SecureContext>();
    const byHost = new Map<string, SecureContext>();
    for (const { host, tls } of routes) {
      const pair = tls === undefined ? undefined : certificates[tls];
      if (tls === undefined || !pair) continue;
      const context = contexts.get(tls) ?? createSecureContext({ cert: pair.chain, key: pair.key });
      contexts.set(tls, context);
      byHost.set(host, context);
    }
    this.#byHost = byHost;
  }

  /** For `SNICallback`; without a certificate for the name the handshake is refused. */
  find(serverName: string): SecureContext | undefined {
    const host = parseHost(serverName);
    if (host === undefined) return undefined;
    for (const pattern of hostPatterns(host)) {
      const context = this.#byHost.get(pattern);
      if (context) return context;
    }
    return undefined;
  }
}
