import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { run } from '../run.ts';

/** A certificate authority in a directory; lives as long as the directory. */
export interface Authority {
  readonly directory: string;
  /** PEM */
  readonly certificate: string;
}

export interface KeyPair {
  readonly certificateFile: string;
  readonly keyFile: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export async function createAuthority(directory: string): Promise<Authority> {
  await mkdir(directory, { recursive: true });
  const args = ['req', '-x509', ...KEY, '-subj', '/CN=davit-test-ca', '-days', '3650'];
  await run('openssl', [...args, '-keyout', 'ca.key', '-out', 'ca.crt'], { cwd: directory });
  return { directory, certificate: await readFile(join(directory, 'ca.crt'), 'utf8') };
}

/** A certificate for `name`, valid for hosts (names and addresses). */
export async function issueCertificate(
  authority: Authority,
  name: string,
  hosts: readonly string[] = [],
): Promise<KeyPair> {
  const cwd = authority.directory;
  const [key, request, crt] = [`${name}.key`, `${name}.csr`, `${name}.crt`];
  const alternatives = hosts.map((host) => `${isIP(host) ? 'IP' : 'DNS'}:${host}`).join(',');
  const extensions = ['basicConstraints=CA:FALSE', 'extendedKeyUsage=serverAuth,clientAuth'];
  if (alternatives) extensions.push(`subjectAltName=${alternatives}`);
  await writeFile(join(cwd, `${name}.ext`), extensions.join('\n'));
  const subject = ['-subj', `/CN=${name}`];
  await run('openssl', ['req', ...KEY, ...subject, '-keyout', key, '-out', request], { cwd });
  const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '3650'];
  const files = ['-in', request, '-extfile', `${name}.ext`, '-out', crt];
  await run('openssl', ['x509', '-req', ...signing, ...files], { cwd });
  return { certificateFile: join(cwd, crt), keyFile: join(cwd, key) };
}

/** A key that signs service account tokens. */
export async function createSigningKey(file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(file, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
}
