import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { AppError } from '@davit/domain';
import type { Certificate } from '@davit/domain';

/** A chain with its key, checked: they belong together. */
export interface CertificatePair {
  certificate: Certificate;
  leaf: X509Certificate;
  /** milliseconds since the epoch */
  notBefore: number;
  notAfter: number;
}

/** Reads PEM; throws `invalid` in words for whoever put it there. */
export function readPair(certificate: Certificate): CertificatePair {
  const leaf = attempt('the certificate is no PEM', () => new X509Certificate(certificate.chain));
  const key = attempt('the key is no PEM, or is encrypted', () =>
    createPrivateKey(certificate.key),
  );
  if (!leaf.checkPrivateKey(key)) {
    throw new AppError('invalid', 'the key does not belong to the certificate');
  }
  attempt('it cannot be used', () =>
    createSecureContext({ cert: certificate.chain, key: certificate.key }),
  );
  const [notBefore, notAfter] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  return { certificate, leaf, notBefore, notAfter };
}

/** Whether a client that asks for this host accepts it; `*.example.com` must be in it word for word. */
export function covers({ leaf }: CertificatePair, host: string): boolean {
  if (!host.startsWith('*.')) return leaf.checkHost(host) !== undefined;
  const names = (leaf.subjectAltName ?? '').toLowerCase().split(', ');
  return names.includes(`dns:${host}`);
}

export const isValidAt = ({ notBefore, notAfter }: CertificatePair, now: number): boolean =>
  notBefore <= now && now < notAfter;

function attempt<T>(complaint: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new AppError('invalid', complaint, { cause });
  }
}
