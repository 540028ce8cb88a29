import type { IncomingMessage } from 'node:http';
import { parseHost } from './host.ts';

/** What the edge needs to know about a request, and nothing that two readers could read differently. */
export interface RequestFacts {
  /** lower case, without port; '' where an HTTP/1.0 client named none */
  host: string;
  /** the Host header to pass on */
  authority: string;
  /** origin form: path and query, or `*` */
  target: string;
  /** name, value, … to pass on: end-to-end headers of the client, without the forwarding ones */
  headers: string[];
  /** what the client said about how the request came to it: passed on for trusted peers only */
  forwarded: Partial<Record<ForwardingHeader, string>>;
  /** a body follows */
  hasBody: boolean;
  chunked: boolean;
  upgrade: string | undefined;
}

export interface Refusal {
  status: number;
  message: string;
}

const FORWARDING = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
  'x-request-id',
  'forwarded',
] as const;
export type ForwardingHeader = (typeof FORWARDING)[number];

const MAX_HEADERS = 128;
const MAX_TARGET = 8192;
/** For this connection only, or written anew. */
const NOT_PASSED = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
]);
/** Never dropped because a client lists them in `Connection`: framing and routing depend on them. */
const PINNED = new Set(['host', 'content-length', 'expect', 'trailer']);

interface Singles {
  hosts: string[];
  lengths: string[];
  encodings: string[];
  connection: string;
  upgrade: string;
  te: string;
}

/** Reads a request's head, or says why it is refused. */
export function readRequest(request: IncomingMessage): RequestFacts | Refusal {
  const { rawHeaders } = request;
  if (rawHeaders.length > 2 * MAX_HEADERS) return { status: 431, message: 'Too many headers.' };
  const names = rawHeaders.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : ''));
  const singles = collect(names, rawHeaders);
  const place = readPlace(request, singles.hosts);
  if ('status' in place) return place;
  const framing = readFraming(singles);
  if ('status' in framing) return framing;
  return { ...place, ...framing, ...readFields(names, rawHeaders, singles) };
}

function collect(names: readonly string[], raw: readonly string[]): Singles {
  const found: Singles = {
    hosts: [],
    lengths: [],
    encodings: [],
    connection: '',
    upgrade: '',
    te: '',
  };
  for (let i = 0; i < names.length; i += 2) {
    const value = raw[i + 1] ?? '';
    switch (names[i]) {
      case 'host':
        found.hosts.push(value);
        break;
      case 'content-length':
        found.lengths.push(value);
        break;
      case 'transfer-encoding':
        found.encodings.push(value);
        break;
      case 'connection':
        found.connection += `,${value.toLowerCase()}`;
        break;
      case 'upgrade':
        found.upgrade = value;
        break;
      case 'te':
        found.te += `,${value.toLowerCase()}`;
        break;
      default:
    }
  }
  return found;
}

type Place = Pick<RequestFacts, 'host' | 'authority' | 'target'>;

function readPlace(request: IncomingMessage, hosts: readonly string[]): Place | Refusal {
  const { url = '' } = request;
  if (url.length > MAX_TARGET) return { status: 414, message: 'The address is too long.' };
  if (hosts.length > 1) return bad('The request names two hosts.');
  const isOrigin = url.startsWith('/') || (url === '*' && request.method === 'OPTIONS');
  const named = isOrigin ? { authority: hosts.join(), target: url } : readAbsolute(url);
  if (!named) return bad('The address is malformed.');
  const { authority } = named;
  if (isOrigin && authority === '' && request.httpVersionMinor === 0) return { host: '', ...named };
  const host = parseHost(authority);
  return host === undefined ? bad('The Host header is malformed.') : { host, ...named };
}

/** Of two names the one in the request line counts (RFC 9112, 3.2.2), for the app too. */
function readAbsolute(url: string): { authority: string; target: string } | undefined {
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]+)([^#]*)$/i.exec(url) ?? [];
  if (authority === undefined) return undefined;
  return { authority, target: rest.startsWith('/') ? rest : `/${rest}` };
}

type Framing = Pick<RequestFacts, 'hasBody' | 'chunked'>;

function readFraming({ lengths, encodings }: Singles): Framing | Refusal {
  // the parser refuses most of these already; a proxy must not depend on it
  if (encodings.length > 0 && lengths.length > 0) {
    return bad('The request has a length and a transfer encoding.');
  }
  if (encodings.length > 1 || (encodings[0] ?? 'chunked').toLowerCase() !== 'chunked') {
    return { status: 501, message: 'The transfer encoding is not supported.' };
  }
  const length = lengths[0] ?? '0';
  if (lengths.length > 1 || !/^\d{1,15}$/.test(length)) return bad('The length is malformed.');
  const chunked = encodings.length === 1;
  return { chunked, hasBody: chunked || Number(length) > 0 };
}

type Fields = Pick<RequestFacts, 'headers' | 'forwarded' | 'upgrade'>;

function readFields(names: readonly string[], raw: readonly string[], singles: Singles): Fields {
  const listed = new Set(singles.connection.split(',').map((token) => token.trim()));
  const headers: string[] = [];
  const forwarded: Fields['forwarded'] = {};
  for (let i = 0; i < names.length; i += 2) {
    const [name = '', value = ''] = [names[i], raw[i + 1]];
    if (NOT_PASSED.has(name)) continue;
    if (addForwarded(forwarded, name, value)) continue;
    if (!listed.has(name) || PINNED.has(name)) headers.push(raw[i] ?? name, value);
  }
  if (/(^|,)\s*trailers\s*(,|$)/.test(singles.te)) headers.push('TE', 'trailers');
  const upgrade = listed.has('upgrade') && singles.upgrade !== '' ? singles.upgrade : undefined;
  return { headers, forwarded, upgrade };
}

/** Keeps a forwarding header apart; false for all others. Spelt with underscores it is dropped. */
function addForwarded(forwarded: Fields['forwarded'], name: string, value: string): boolean {
  const forwarding = forwardingName(name);
  if (forwarding === undefined) return false;
  const before = forwarded[forwarding];
  if (forwarding === name) {
    forwarded[forwarding] = before === undefined ? value : `${before}, ${value}`;
  }
  return true;
}

/** An app behind CGI rules reads `x_forwarded_for` as well: no such header of a client gets through. */
function forwardingName(name: string): ForwardingHeader | undefined {
  const first = name.charCodeAt(0);
  if (first !== 120 && first !== 102) return undefined; // x…, f…
  const dashed = name.includes('_') ? name.replaceAll('_', '-') : name;
  return FORWARDING.find((known) => known === dashed);
}

const bad = (message: string): Refusal => ({ status: 400, message });
