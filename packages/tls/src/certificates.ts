import { isIP } from 'node:net';
import type { CertificateSource, NamedCertificate } from '@davit/domain';
import type { CertificateFolder } from './certificate-folder.ts';
import type { CertificateKeeper } from './certificate-keeper.ts';
import { type CertificatePair, covers, isValidAt } from './certificate-pair.ts';
import { Challenges } from './challenges.ts';

export interface CertificatesOptions {
  /** the user's own */
  folder: CertificateFolder;
  /** issues for hosts the folder has none for; absent: nothing is issued */
  keeper?: CertificateKeeper | undefined;
  /** what that one's authority asks for */
  challenges?: Challenges;
}

/** The user's own certificates first, issued ones for the rest. */
export class Certificates implements CertificateSource {
  readonly #folder: CertificateFolder;
  readonly #keeper: CertificateKeeper | undefined;
  readonly #challenges: Challenges;
  readonly #leave: () => void;
  #hosts: readonly string[] = [];
  #apply: () => Promise<void> = () => Promise.resolve();

  constructor({ folder, keeper, challenges = new Challenges() }: CertificatesOptions) {
    this.#folder = folder;
    this.#keeper = keeper;
    this.#challenges = challenges;
    const changed = (): void => void this.#apply().catch(() => undefined);
    this.#leave = folder.onChange(() => {
      this.want(this.#hosts);
      changed();
    });
    if (keeper) keeper.onChange = changed;
    challenges.publish = () => this.#apply();
  }

  get challenges(): Readonly<Record<string, string>> {
    return this.#challenges.all;
  }

  want(hosts: readonly string[]): void {
    this.#hosts = hosts;
    this.#keeper?.want(hosts.filter((host) => isIssuable(host) && !this.#own(host)));
  }

  find(host: string, name?: string): NamedCertificate | undefined {
    if (name !== undefined) return named(`own/${name}`, this.#folder.pairs.get(name));
    const own = this.#own(host);
    return own ? named(`own/${own[0]}`, own[1]) : named(`issued/${host}`, this.#keeper?.find(host));
  }

  problem(host: string, name?: string): string | undefined {
    if (name !== undefined) {
      const own = this.#folder.problems.get(name);
      if (own !== undefined) return `The certificate ${name} cannot be used: ${own}.`;
    }
    if (this.find(host, name)) return undefined;
    if (name !== undefined) return `There is no certificate called ${name}.`;
    if (!this.#keeper) return `There is no certificate for ${host}.`;
    if (!isIssuable(host)) return `No authority issues a certificate for ${host}.`;
    return this.#keeper.problem(host) ?? `The certificate for ${host} has been ordered.`;
  }

  onChange(apply: () => Promise<void>): void {
    this.#apply = apply;
  }

  async close(): Promise<void> {
    this.#leave();
    await this.#keeper?.close();
  }

  /** Of those that cover the host one that is valid, and of these the one that is for longest. */
  #own(host: string): [string, CertificatePair] | undefined {
    const now = Date.now();
    const fitting = [...this.#folder.pairs].filter(([, pair]) => covers(pair, host));
    return fitting.toSorted(([, a], [, b]) => {
      const order = Number(isValidAt(b, now)) - Number(isValidAt(a, now));
      return order !== 0 ? order : b.notAfter - a.notAfter;
    })[0];
  }
}

const named = (name: string, pair: CertificatePair | undefined): NamedCertificate | undefined =>
  pair && { name, certificate: pair.certificate };

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})+$`);
const LOCAL = /(^|\.)(localhost|local|internal|home\.arpa|onion|lan)$/;

/** A name of the public DNS: no wildcard (those need DNS-01), no address, nothing of this network. */
export function isIssuable(host: string): boolean {
  return host.length <= 253 && NAME.test(host) && isIP(host) === 0 && !LOCAL.test(host);
}
