import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@davit/controller';
import { toAppError } from '@davit/domain';
import type { Clock, Logger } from '@davit/domain';
import { type CertificatePair, readPair } from './certificate-pair.ts';

export interface CertificateFolderOptions {
  folder: string;
  logger: Logger;
  /** how often it is looked at; 5 s where absent */
  everyMs?: number;
  clock?: Clock;
}

interface Files {
  chain: string;
  key: string;
}

/** Inside a folder of its own: what certbot and mounted Kubernetes secrets call them. */
const INSIDE = [
  ['fullchain.pem', 'privkey.pem'],
  ['tls.crt', 'tls.key'],
] as const;

/**
 * Certificates as files: `NAME.crt` with `NAME.key`, or a folder `NAME` with `fullchain.pem` and `privkey.pem` (or
 * `tls.crt`, `tls.key`). Looked at again and again; a pair that cannot be used is told, and the one before it stays.
 */
export class CertificateFolder {
  readonly #options: CertificateFolderOptions;
  readonly #clock: Clock;
  #pairs: ReadonlyMap<string, CertificatePair> = new Map();
  #problems: ReadonlyMap<string, string> = new Map();
  #seen = '';
  #cancel: (() => void) | undefined;
  #closed = false;
  readonly #listeners = new Set<() => void>();

  constructor(options: CertificateFolderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** By name. */
  get pairs(): ReadonlyMap<string, CertificatePair> {
    return this.#pairs;
  }

  /** What is wrong with a pair, by its name. */
  get problems(): ReadonlyMap<string, string> {
    return this.#problems;
  }

  /** Calls after each change; the answer ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Reads the folder, and goes on looking until it is closed. A folder that is not there has no certificates. */
  async open(): Promise<void> {
    await this.look();
    if (this.#closed) return;
    this.#cancel = this.#clock.after(this.#options.everyMs ?? 5_000, () => void this.open());
  }

  /** Looks once; reads only what changed. */
  async look(): Promise<void> {
    const found = await listFiles(this.#options.folder);
    const seen = await fingerprint(found);
    if (seen === this.#seen) return;
    const pairs = new Map<string, CertificatePair>();
    const problems = new Map<string, string>();
    for (const [name, files] of found) {
      try {
        pairs.set(name, await readFiles(files));
      } catch (error) {
        problems.set(name, toAppError(error).message);
        const before = this.#pairs.get(name);
        if (before) pairs.set(name, before);
      }
    }
    this.#tell(problems, pairs);
    [this.#pairs, this.#problems, this.#seen] = [pairs, problems, seen];
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #tell(problems: ReadonlyMap<string, string>, pairs: ReadonlyMap<string, CertificatePair>): void {
    const { logger } = this.#options;
    for (const [name, problem] of problems) {
      if (this.#problems.get(name) === problem) continue;
      logger.log('warn', 'a certificate is not used', { name, problem, kept: pairs.has(name) });
    }
    for (const [name, { notAfter, leaf }] of pairs) {
      if (this.#pairs.get(name)?.leaf.fingerprint256 === leaf.fingerprint256) continue;
      const expired = notAfter < this.#clock.now();
      const until = new Date(notAfter).toISOString();
      logger.log(expired ? 'warn' : 'info', 'certificate read', { name, until, expired });
    }
  }
}

async function readFiles({ chain, key }: Files): Promise<CertificatePair> {
  const [chainText, keyText] = await Promise.all([readFile(chain, 'utf8'), readFile(key, 'utf8')]);
  return readPair({ chain: chainText, key: keyText });
}

async function listFiles(folder: string): Promise<Map<string, Files>> {
  const found = new Map<string, Files>();
  const names = await readdir(folder).catch(() => []);
  for (const name of names.toSorted()) {
    const path = join(folder, name);
    if (name.endsWith('.crt')) {
      const stem = name.slice(0, -'.crt'.length);
      found.set(stem, { chain: path, key: join(folder, `${stem}.key`) });
      continue;
    }
    const inside: string[] = await readdir(path).catch(() => []);
    const files = INSIDE.find(([chain]) => inside.includes(chain));
    if (files) found.set(name, { chain: join(path, files[0]), key: join(path, files[1]) });
  }
  return found;
}

async function fingerprint(found: ReadonlyMap<string, Files>): Promise<string> {
  const facts = [...found].map(async ([name, { chain, key }]) => [
    name,
    await factsOf(chain),
    await factsOf(key),
  ]);
  return JSON.stringify(await Promise.all(facts));
}

async function factsOf(path: string): Promise<string> {
  const { ino, size, mtimeMs, ctimeMs } = await stat(path).catch(() => GONE);
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

const GONE = { ino: 0, size: 0, mtimeMs: 0, ctimeMs: 0 };
