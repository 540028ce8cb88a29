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

/** What PocketBase's documentation has apps do that send the browser away and take it back. */
const SCRIPT = `
  window.heard = [];
  const redirectURL = location.origin + '/';
  async function leave(name) {
    const { oauth2 } = await pb.collection('users').listAuthMethods();
    const provider = oauth2.providers.find((one) => one.name === name);
    localStorage.setItem('provider', JSON.stringify(provider));
    location.href = provider.authURL + redirectURL;
  }
  async function comeBack(params) {
    const provider = JSON.parse(localStorage.getItem('provider'));
    if (provider.state !== params.get('state')) throw new Error("State parameters don't match.");
    const { codeVerifier, name } = provider;
    const users = pb.collection('users');
    const { meta } = await users.authWithOAuth2Code(name, params.get('code'), codeVerifier, redirectURL);
    heard.push(meta.email);
  }
  function tell(error) {
    heard.push(String(error));
  }
  const params = new URLSearchParams(location.search);
  if (params.has('code')) comeBack(params).catch(tell);
`;

/** A page of somebody else's app, on an origin of its own, with the SDK as it is published. */
export async function sdkPage(serverUrl: string): Promise<SdkPage> {
  const script = await readFile(
    fileURLToPath(import.meta.resolve('pocketbase')).replace(/[^/]+$/, 'pocketbase.umd.js'),
    'utf8',
  );
  const html = `<!doctype html><title>app</title><script>${script}</script>
    <script>window.pb = new PocketBase(${JSON.stringify(serverUrl)});${SCRIPT}</script>
    <button onclick="pb.collection('users').authWithOAuth2({ provider: 'oidc' }).catch(tell)">Sign in</button>
    <button onclick="leave('oidc2').catch(tell)">Go to the provider</button>`;
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
