import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { SecureHosts } from './secure-hosts.ts';

export interface RedirectOptions {
  app: RequestListener;
  hosts: SecureHosts;
  /** the one that is listened on for HTTPS */
  port: () => number;
}

/** Plain HTTP: answers authorities and health checks, and sends everybody else to HTTPS. */
export function toHttps({ app, hosts, port }: RedirectOptions): RequestListener {
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const proof = hosts.challenge(path);
    if (proof !== undefined) return say(response, 200, proof);
    // asked by supervisors on this machine, which know no name
    if (path === '/api/health') return void app(request, response);
    const host = hostOf(request);
    if (!hosts.serves(host)) return say(response, 421, `Nothing is served at ${host}.\n`);
    const place = hosts.plainName(host) ?? host;
    redirect(request, response, `${place}${suffix(request, port())}`);
  };
}

/** HTTPS: `www.` names that nobody asked for lead to the name without. */
export function withoutWww({ app, hosts, port }: RedirectOptions): RequestListener {
  return (request, response) => {
    const plain = hosts.plainName(hostOf(request));
    if (plain === undefined) return void app(request, response);
    redirect(request, response, `${plain}${suffix(request, port())}`);
  };
}

/** Temporary, as PocketBase's: a permanent one would outlive the certificate in browsers. */
function redirect(request: IncomingMessage, response: ServerResponse, place: string): void {
  const path = request.url?.startsWith('/') === true ? request.url : '/';
  response.writeHead(307, { Location: `https://${place}${path}`, 'Content-Length': 0 }).end();
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
}

/** Who came to a usual port may have been led to ours: the other usual port is led to ours as well. */
const suffix = ({ headers }: IncomingMessage, port: number): string =>
  port === 443 || !/:\d+$/.test(headers.host ?? '') ? '' : `:${port}`;

const hostOf = ({ headers }: IncomingMessage): string =>
  /^([a-z0-9.-]*)(:\d+)?$/.exec((headers.host ?? '').toLowerCase())?.[1] ?? '';
