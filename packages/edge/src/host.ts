const AUTHORITY =
  /^(?:([a-z0-9_](?:[a-z0-9._-]*[a-z0-9_-])?)\.?|(\[[0-9a-f:.]+\]))(?::(\d{1,5}))?$/;

/** The name in a Host header, in lower case and without port; undefined where it is none. */
export function parseHost(authority: string): string | undefined {
  const match = AUTHORITY.exec(authority.toLowerCase());
  return match ? (match[1] ?? match[2]) : undefined;
}

/** Whether a table may route this host: a name, `*.name`, an IPv6 address in brackets, or `*`. */
export function isRouteHost(host: string): boolean {
  if (host === '*') return true;
  const name = host.startsWith('*.') ? host.slice(2) : host;
  return name.length <= 253 && parseHost(name) === name;
}

/** Who may stand for a host, the most exact first. */
export function hostPatterns(host: string): [string, string, string] {
  const dot = host.indexOf('.');
  return [host, dot < 0 ? '' : `*${host.slice(dot)}`, '*'];
}
