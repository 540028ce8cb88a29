import { readFileSync } from 'node:fs';

/** How a client reaches one API server. */
export interface Connection {
  readonly url: string;
  readonly token: string;
  /** PEM of the authority that signed the server's certificate */
  readonly authority: string;
}

/** A kubeconfig, written as JSON (which is YAML too). */
export function renderKubeconfig({ url, token, authority }: Connection): string {
  const data = Buffer.from(authority).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': data } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  });
}

/** Reads back what `renderKubeconfig` wrote; undefined for anybody else's kubeconfig. */
export function readKubeconfig(file: string): Connection | undefined {
  try {
    const config = JSON.parse(readFileSync(file, 'utf8')) as Rendered;
    const cluster = config.clusters[0].cluster;
    const data = cluster['certificate-authority-data'];
    const authority = Buffer.from(data, 'base64').toString();
    return { url: cluster.server, token: config.users[0].user.token, authority };
  } catch {
    return undefined;
  }
}

interface Rendered {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ user: { token: string } }];
}
