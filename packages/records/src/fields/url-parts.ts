import { isIPv6 } from 'node:net';

/** ASCII that may stand in a host; what is beyond ASCII may, too. */
const HOST = /^(?:[\w.~!$&'()*+,;=:[\]<>"-]|[^\0-\x7f]|%(?:[89a-f][\da-f]|25))*$/i;
const ZONE = /^(?:[\w.~!$&'()*+,;=:[\]<>"-]|[^\0-\x7f]|%[\da-f]{2})*$/i;
const USER = /^(?:[\w.~:!$&'()*+,;=@-]|%[\da-f]{2})*$/i;
const ESCAPED = /^(?:[^%]|%[\da-f]{2})*$/i;

const CONTROL = /[\0-\x1f\x7f]/;
const PORT = /^(?::\d*)?$/;

export interface UrlParts {
  /** with its port; '' where there is none */
  host: string;
  path: string;
}

/** Host and path as Go's `url.Parse` reads them; undefined where it refuses the text. */
export function urlParts(url: string): UrlParts | undefined {
  const [text = ''] = url.split('#', 1);
  if (CONTROL.test(url) || !ESCAPED.test(url.slice(text.length))) return undefined;
  const parts = /^(?:([a-z][a-z\d+.-]*):)?([^?]*)/is.exec(text) ?? [];
  const [scheme, rest] = [parts[1] ?? '', parts[2] ?? ''];
  if (!rest.startsWith('/') && scheme !== '') return { host: '', path: '' };
  if (/^[^/]*:/.test(rest)) return undefined;
  const authority = authorityOf(rest, scheme);
  const host = hostOf(authority.slice(2), scheme.toLowerCase());
  const path = rest.slice(authority.length);
  return host === undefined || !ESCAPED.test(path) ? undefined : { host, path: unescaped(path) };
}

/** With the slashes before it; '' where there is none. */
function authorityOf(rest: string, scheme: string): string {
  if (scheme === '' && rest.startsWith('///')) return '';
  return /^\/\/[^/]*/.exec(rest)?.[0] ?? '';
}

function hostOf(authority: string, scheme: string): string | undefined {
  if (authority === '') return '';
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !USER.test(authority.slice(0, at))) return undefined;
  const host = authority.slice(at + 1);
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) return undefined;
  if (bracket === 0) return literalAddress(host);
  const isStrict = scheme === 'http' || scheme === 'https';
  const colon = isStrict ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0 && !PORT.test(host.slice(colon))) return undefined;
  return HOST.test(host) ? unescaped(host) : undefined;
}

/** `[fe80::1%25en0]:80` */
function literalAddress(host: string): string | undefined {
  const end = host.lastIndexOf(']');
  const port = host.slice(end + 1);
  if (end < 0 || !PORT.test(port)) return undefined;
  const [address = '', ...zone] = host.slice(1, end).split('%25');
  const name = [address, ...zone].join('%25');
  if (!HOST.test(address) || !ZONE.test(name)) return undefined;
  return isIPv6(unescaped(name)) ? `[${unescaped(name)}]${port}` : undefined;
}

function unescaped(text: string): string {
  if (!text.includes('%')) return text;
  const bytes = text.replace(/%([\da-f]{2})/gi, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
