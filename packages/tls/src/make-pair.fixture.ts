import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '@davit/domain';

/** A self-signed certificate for these names. */
export function makePair(names: readonly string[], { days }: { days: number }): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'davit-pair-'));
  try {
    const alternatives = names.map((name) => `DNS:${name}`).join(',');
    const subject = ['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${alternatives}`];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const args = ['req', '-x509', ...key, ...subject, '-days', `${days}`];
    const options = { cwd: folder, stdio: 'ignore' } as const;
    execFileSync('openssl', [...args, '-keyout', 'key', '-out', 'chain'], options);
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    return { chain: read('chain'), key: read('key') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
