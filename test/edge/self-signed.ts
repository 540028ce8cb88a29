import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '@davit/domain';
import { temporaryDirectory } from '@davit/testkit';

/** A certificate for two days with this common name and, where given, these hosts. */
export async function selfSigned(
  name: string,
  hosts: readonly string[] = [],
): Promise<Certificate> {
  await using directory = await temporaryDirectory('certificate');
  const [key, chain] = [join(directory.path, 'key'), join(directory.path, 'chain')];
  const alternatives = hosts.map((host) => `DNS:${host}`).join(',');
  const extra = alternatives === '' ? [] : ['-addext', `subjectAltName=${alternatives}`];
  const subject = ['-subj', `/CN=${name}`, '-days', '2', ...extra];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const args = ['req', '-x509', ...kind, '-keyout', key, '-out', chain, ...subject];
  execFileSync('openssl', args, { stdio: 'ignore' });
  return { chain: await readFile(chain, 'utf8'), key: await readFile(key, 'utf8') };
}
