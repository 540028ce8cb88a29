import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '@davit/domain';
import { type CertificatePair, readPair } from './certificate-pair.ts';

const ACCOUNT = 'acme_account+key';

/**
 * What was issued, on disk, mode 0600. The layout is the one of Go's autocert: a file called like the host with the
 * key and then the chain, and one with the account's key. A PocketBase on the same folder uses them, and the reverse.
 */
export class AcmeCache {
  readonly #folder: string;
  #account: Promise<string> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined where there is none, or none that can be used. */
  async read(host: string): Promise<CertificatePair | undefined> {
    const text = await this.#read(host);
    if (text === undefined) return undefined;
    try {
      return readPair(split(text));
    } catch {
      // spoilt: it is issued again
      return undefined;
    }
  }

  write(host: string, { chain, key }: Certificate): Promise<void> {
    return this.#write(host, `${key.trimEnd()}\n${chain.trimEnd()}\n`);
  }

  /** The account's key, made by `create` where there is none yet. */
  accountKey(create: () => Promise<string>): Promise<string> {
    this.#account ??= this.#accountKey(create);
    this.#account.catch(() => (this.#account = undefined));
    return this.#account;
  }

  async #accountKey(create: () => Promise<string>): Promise<string> {
    const known = await this.#read(ACCOUNT);
    if (known !== undefined) return known;
    const key = await create();
    await this.#write(ACCOUNT, key);
    return key;
  }

  async #read(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.#folder, name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Whole or not at all, also across a power cut. */
  async #write(name: string, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const draft = join(this.#folder, `.${name}.${randomBytes(6).toString('hex')}`);
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, join(this.#folder, name));
    } finally {
      await rm(draft, { force: true });
    }
  }
}

const BLOCK = /-----BEGIN ([A-Z ]+)-----[^]+?-----END \1-----\n?/g;

function split(text: string): Certificate {
  const certificate: Certificate = { chain: '', key: '' };
  for (const [block, kind = ''] of text.matchAll(BLOCK)) {
    if (kind.endsWith('PRIVATE KEY')) certificate.key += block;
    else if (kind === 'CERTIFICATE') certificate.chain += block;
  }
  return certificate;
}
