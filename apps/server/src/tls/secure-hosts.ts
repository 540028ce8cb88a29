import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { Certificate, CertificateSource } from '@davit/domain';

/** The hosts the server is reached at over HTTPS. */
export class SecureHosts {
  readonly #domains: readonly string[];
  readonly #source: CertificateSource;
  readonly #contexts = new WeakMap<Certificate, SecureContext>();
  /** `www.` names that somebody asked for */
  readonly #asked = new Set<string>();

  constructor(domains: readonly string[], source: CertificateSource) {
    this.#domains = domains;
    this.#source = source;
    source.want(domains);
  }

  /** For the handshake; undefined: it is refused. */
  contextOf(name: string): SecureContext | undefined {
    const host = name.toLowerCase();
    this.#ask(host);
    const certificate = this.#source.find(host)?.certificate;
    if (!certificate) return undefined;
    const { chain: cert, key } = certificate;
    const context = this.#contexts.get(certificate) ?? createSecureContext({ cert, key });
    this.#contexts.set(certificate, context);
    return context;
  }

  serves(host: string): boolean {
    const isDomain = this.#domains.includes(host) || this.plainName(host) !== undefined;
    return isDomain || this.#source.find(host) !== undefined;
  }

  /** `example.com` for `www.example.com`, where only the first was asked for. */
  plainName(host: string): string | undefined {
    if (!host.startsWith('www.') || this.#domains.includes(host)) return undefined;
    const plain = host.slice('www.'.length);
    return this.#domains.includes(plain) ? plain : undefined;
  }

  /** What an authority shall find at this path. */
  challenge(path: string): string | undefined {
    const token = /^\/\.well-known\/acme-challenge\/([\w-]+)$/.exec(path)?.[1];
    const { challenges } = this.#source;
    return token !== undefined && Object.hasOwn(challenges, token) ? challenges[token] : undefined;
  }

  /** Few have a DNS entry for it, and orders that must fail count: only once somebody comes by that name. */
  #ask(host: string): void {
    if (this.#asked.has(host) || this.plainName(host) === undefined) return;
    this.#asked.add(host);
    this.#source.want([...this.#domains, ...this.#asked]);
  }
}
