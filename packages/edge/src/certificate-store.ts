import { createSecureContext, type SecureContext } from 'node:tls';
import type { Certificate, RouteTable } from '@davit/domain';
import { hostPatterns, parseHost } from './host.ts';

interface Ready extends Certificate {
  context: SecureContext;
}

/** The certificates in force, by the name a client asks for. */
export class CertificateStore {
  #byHost = new Map<string, SecureContext>();
  /** by name: what did not change is not made anew with each table */
  #ready = new Map<string, Ready>();

  apply({ routes, certificates = {} }: RouteTable): void {
    const ready = new Map<string, Ready>();
    const byHost = new Map<string, SecureContext>();
    for (const { host, tls } of routes) {
      const pair = tls === undefined ? undefined : certificates[tls];
      if (tls === undefined || !pair) continue;
      const one = ready.get(tls) ?? this.#take(tls, pair);
      ready.set(tls, one);
      byHost.set(host, one.context);
    }
    this.#byHost = byHost;
    this.#ready = ready;
  }

  #take(name: string, { chain, key }: Certificate): Ready {
    const before = this.#ready.get(name);
    if (before?.chain === chain && before.key === key) return before;
    return { chain, key, context: createSecureContext({ cert: chain, key }) };
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
