import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type PocketBase from 'pocketbase';

declare global {
  // what the page below has, as tests name it in there
  var pb: PocketBase;
  var heard: string[];
}

export interface SdkPage extends AsyncDisposable {
  readonly url: string;
}

/** A page of somebody else's app, on an origin of its own, with the SDK as it is published. */
export async function sdkPage(serverUrl: string): Promise<SdkPage> {
  const script = await readFile(
    fileURLToPath(import.meta.resolve('pocketbase')).replace(/[^/]+$/, 'pocketbase.umd.js'),
    'utf8',
  );
  const html = `<!doctype html><title>app</title><script>${script}</script>
    <script>window.heard = []; window.pb = new PocketBase(${JSON.stringify(serverUrl)})</script>
    <button onclick="pb.collection('users').authWithOAuth2({ provider: 'oidc' })
      .catch((error) => heard.push(String(error)))">Sign in</button>`;
  const server = createServer((_req, res) => {
    res.setHeader('content-type', 'text/html; charset=utf-8');
    res.end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
