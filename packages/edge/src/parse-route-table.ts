import { createSecureContext } from 'node:tls';
import { isIP, isIPv6 } from 'node:net';
import {
  AppError,
  type Certificate,
  type Certificates,
  type FieldErrors,
  ROUTE_STATES,
  type Route,
  type RouteTable,
} from '@davit/domain';
import { isRouteHost } from './host.ts';

const MAX_ROUTES = 10_000;
const MAX_TARGETS = 256;
const HOUR = 3_600_000;
const HEADER = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/;
const VALUE = /^[^\x00-\x08\x0a-\x1f\x7f\u0100-\uffff]{0,4096}$/;
const TOKEN = /^[\w-]{1,256}$/;
const FRAMING = /^(connection|content-length|keep-alive|transfer-encoding|trailer|upgrade)$/i;

type Check = (ok: boolean, path: string, message: string) => void;
type Raw = Record<string, unknown>;

/**
 * A table from outside; throws `invalid` with every complaint by its path. Certificates that are in force already are
 * not tried again: that takes a while, and each switch brings all of them.
 */
export function parseRouteTable(input: unknown, inForce: Certificates = {}): RouteTable {
  const complaints: FieldErrors = {};
  const check: Check = (ok, path, message) => {
    if (!ok) complaints[path] ??= { code: 'validation_invalid', message };
  };
  if (!isRaw(input)) throw new AppError('invalid', 'A route table is an object.');
  const { generation, routes, certificates, challenges, drainMs, holdMs } = input;
  check(isCount(generation) && generation > 0, 'generation', 'must be a whole number above 0');
  for (const [name, value] of Object.entries({ drainMs, holdMs })) {
    const ok = value === undefined || (isCount(value) && value <= HOUR);
    check(ok, name, 'must be milliseconds, an hour at most');
  }
  const isAnswers = challenges === undefined || isChallenges(challenges);
  check(isAnswers, 'challenges', 'must be answers by token');
  const names = checkCertificates(certificates, inForce, check);
  check(Array.isArray(routes) && routes.length <= MAX_ROUTES, 'routes', 'must be a list');
  if (Array.isArray(routes)) checkRoutes(routes.slice(0, MAX_ROUTES), names, check);
  if (Object.keys(complaints).length > 0) {
    throw new AppError('invalid', 'The route table is refused.', { data: complaints });
  }
  return input as unknown as RouteTable;
}

function checkCertificates(
  input: unknown,
  inForce: Certificates,
  check: Check,
): ReadonlySet<string> {
  if (input === undefined) return new Set();
  check(isRaw(input), 'certificates', 'must be an object');
  if (!isRaw(input)) return new Set();
  for (const [name, pair] of Object.entries(input)) {
    const isKnown = isRaw(pair) && isSamePair(inForce[name], pair);
    check(
      isKnown || (isRaw(pair) && isPair(pair)),
      `certificates.${name}`,
      'is no pair of PEM chain and key',
    );
  }
  return new Set(Object.keys(input));
}

const isSamePair = (known: Certificate | undefined, { chain, key }: Raw): boolean =>
  known !== undefined && known.chain === chain && known.key === key;

function isPair({ chain, key }: Raw): boolean {
  if (typeof chain !== 'string' || typeof key !== 'string') return false;
  try {
    createSecureContext({ cert: chain, key });
    return true;
  } catch {
    return false;
  }
}

function isChallenges(input: unknown): boolean {
  if (!isRaw(input)) return false;
  return Object.entries(input).every(
    ([token, answer]) => TOKEN.test(token) && typeof answer === 'string' && VALUE.test(answer),
  );
}

function checkRoutes(routes: unknown[], certificates: ReadonlySet<string>, check: Check): void {
  const ids = new Set<unknown>();
  const places = new Set<string>();
  const addresses = new Map<string, string>();
  for (const [position, route] of routes.entries()) {
    const at = `routes.${position}`;
    check(isRaw(route), at, 'must be an object');
    if (!isRaw(route)) continue;
    checkRoute(route, at, check);
    check(!ids.has(route.id), `${at}.id`, 'is used twice');
    ids.add(route.id);
    const place = `${String(route.host)}${String(route.path)}`;
    check(!places.has(place), `${at}.host`, 'this host and path have a route already');
    places.add(place);
    const known = typeof route.tls === 'string' && certificates.has(route.tls);
    check(route.tls === undefined || known, `${at}.tls`, 'no such certificate in this table');
    for (const target of Array.isArray(route.targets) ? (route.targets as Raw[]) : []) {
      const [id, address] = [String(target.id), String(target.address)];
      const same = (addresses.get(id) ?? address) === address;
      check(same, `${at}.targets`, 'one target id has two addresses');
      addresses.set(id, address);
    }
  }
}

function checkRoute(route: Raw, at: string, check: Check): void {
  const { id, host, path, app, targets, state, headers, httpsOnly } = route;
  check(isName(id), `${at}.id`, 'must be a name');
  check(typeof host === 'string' && isRouteHost(host), `${at}.host`, 'must be a host, lower case');
  const isPath = typeof path === 'string' && /^\/[\x21-\x7e]{0,1023}$/.test(path);
  check(isPath && !/[?#]/.test(path), `${at}.path`, 'must be a path');
  const isApp = isRaw(app) && isName(app.projectId) && isName(app.deploymentId);
  check(isApp, `${at}.app`, 'must name project and deployment');
  check(ROUTE_STATES.includes(state as Route['state']), `${at}.state`, 'is no state');
  check(httpsOnly === undefined || typeof httpsOnly === 'boolean', `${at}.httpsOnly`, 'yes or no');
  const isList = Array.isArray(targets) && targets.length <= MAX_TARGETS;
  check(isList && targets.every(isTarget), `${at}.targets`, 'must be a list of id and ip:port');
  check(headers === undefined || isHeaders(headers), `${at}.headers`, 'must be header values');
}

function isTarget(input: unknown): boolean {
  return isRaw(input) && isName(input.id) && parseAddress(input.address) !== undefined;
}

function isHeaders(input: unknown): boolean {
  if (!isRaw(input)) return false;
  return Object.entries(input).every(
    ([name, value]) =>
      HEADER.test(name) && !FRAMING.test(name) && typeof value === 'string' && VALUE.test(value),
  );
}

/** `ip:port` taken apart; names are not looked up, so that a table means one place only. */
export function parseAddress(input: unknown): { host: string; port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(String(input));
  if (typeof input !== 'string' || !match) return undefined;
  const host = match[1] ?? match[2] ?? '';
  const port = Number(match[3]);
  const isAddress = match[1] === undefined ? isIP(host) === 4 : isIPv6(host);
  return isAddress && port > 0 && port < 65_536 ? { host, port } : undefined;
}

const isRaw = (input: unknown): input is Raw =>
  typeof input === 'object' && input !== null && !Array.isArray(input);
const isCount = (input: unknown): input is number =>
  Number.isSafeInteger(input) && Number(input) >= 0;
const isName = (input: unknown): boolean =>
  typeof input === 'string' && /^[\x21-\x7e]{1,256}$/.test(input);
