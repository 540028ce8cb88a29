import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, OAuth2Config } from '@davit/domain';

export interface Seen {
  method: string;
  path: string;
  authorization: string;
  body: URLSearchParams;
}

export interface Loopback extends AsyncDisposable {
  url: string;
  seen: Seen[];
}

/** A small server that answers as a provider documents; `undefined` for a path means it never answers. */
export async function startLoopback(answers: Record<string, Json | undefined>): Promise<Loopback> {
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    void (async () => {
      const path = new URL(req.url ?? '/', 'http://x').pathname;
      seen.push({
        method: req.method ?? '',
        path,
        authorization: req.headers.authorization ?? '',
        body: new URLSearchParams(await textOf(req)),
      });
      if (path in answers && answers[path] === undefined) return;
      res.statusCode = path in answers ? 200 : 404;
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify(answers[path] ?? {}));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export function aConfig(overrides: Partial<OAuth2Config>): OAuth2Config {
  return {
    name: 'oidc',
    clientId: 'client',
    clientSecret: 'secret',
    authURL: '',
    tokenURL: '',
    userInfoURL: '',
    displayName: '',
    pkce: null,
    extra: {},
    ...overrides,
  };
}
