import type { CertificatePair } from './certificate-pair.ts';

/**
 * When to ask for a successor: after two thirds of a certificate's life, up to a twentieth of it earlier, so that
 * certificates issued together are not all renewed together.
 */
export function renewalTime(
  { notBefore, notAfter }: Pick<CertificatePair, 'notBefore' | 'notAfter'>,
  random: () => number,
): number {
  const life = notAfter - notBefore;
  return notAfter - life / 3 - (random() * life) / 20;
}
