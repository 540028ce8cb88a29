import type { Logger } from '@davit/domain';
import type { Certificates } from '@davit/tls';
import type { TlsConfig } from './tls-config.ts';

export interface CertificateDesk {
  /** The user's own certificates and, where asked for, issued ones. Each caller closes what it got. */
  certificates(options: { issue: boolean }): Certificates;
  close(): void;
}

/** Reads the folder of certificates and watches it; loaded only where something is served over HTTPS. */
export async function openCertificates(
  { folder: path, cache: cachePath, acmeDirectory, acmeEmail }: TlsConfig,
  logger: Logger,
): Promise<CertificateDesk> {
  const { acmeIssuer, AcmeCache, CertificateFolder, CertificateKeeper, Certificates, Challenges } =
    await import('@davit/tls');
  const folder = new CertificateFolder({ folder: path, logger });
  await folder.open();
  const cache = new AcmeCache(cachePath);
  return {
    certificates({ issue }) {
      const challenges = new Challenges();
      const email = acmeEmail === undefined ? {} : { email: acmeEmail };
      const issuer = acmeIssuer({ directoryUrl: acmeDirectory, ...email, cache, challenges });
      const keeper = issue ? new CertificateKeeper({ issue: issuer, cache, logger }) : undefined;
      return new Certificates({ folder, keeper, challenges });
    },
    close: () => folder.close(),
  };
}
