import { BlockList, isIP, isIPv4, isIPv6, type Socket } from 'node:net';
import { AppError } from '@davit/domain';
import type { RequestFacts } from './request-facts.ts';

/** The other end of a client's connection. */
export interface Peer {
  address: string;
  /** another proxy of ours: what it says about the client is believed */
  trusted: boolean;
  secure: boolean;
  /** as `Forwarded` spells it */
  node: string;
}

/** Proxies whose forwarding headers are believed: addresses and networks (`10.0.0.0/8`). */
export class TrustedPeers {
  readonly #list = new BlockList();
  readonly #known = new WeakMap<Socket, Peer>();

  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry);
  }

  of(socket: Socket): Peer {
    const known = this.#known.get(socket);
    if (known) return known;
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const trusted = isIP(address) !== 0 && this.#list.check(address, family);
    const node = isIPv6(address) ? `"[${address}]"` : address || 'unknown';
    const peer = { address, trusted, secure: 'encrypted' in socket, node };
    this.#known.set(socket, peer);
    return peer;
  }

  #add(entry: string): void {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const longest = family === 'ipv6' ? 128 : 32;
    const prefix = Number(bits ?? longest);
    const isPrefix = Number.isInteger(prefix) && prefix >= 0 && prefix <= longest;
    if (isIP(address) === 0 || !isPrefix || bits === '') {
      throw new AppError('invalid', `"${entry}" is no address and no network.`);
    }
    this.#list.addSubnet(address, prefix, family);
  }
}

/** How the client reached the first proxy it may be believed about. */
export function isSecure(facts: RequestFacts, peer: Peer): boolean {
  const said = peer.trusted ? facts.forwarded['x-forwarded-proto'] : undefined;
  return said === undefined ? peer.secure : /^\s*https\s*(,|$)/i.test(said);
}

/** The forwarding headers for the app, as header lines. */
export function renderForwarded(facts: RequestFacts, peer: Peer, requestId: string): string {
  const { forwarded, authority } = facts;
  const before = peer.trusted ? forwarded : {};
  const scheme = isSecure(facts, peer) ? 'https' : 'http';
  const own = `for=${peer.node};host="${authority}";proto=${scheme}`;
  return (
    `X-Forwarded-For: ${join(before['x-forwarded-for'], peer.address)}\r\n` +
    `X-Forwarded-Host: ${before['x-forwarded-host'] ?? authority}\r\n` +
    `X-Forwarded-Proto: ${scheme}\r\n` +
    `Forwarded: ${join(before.forwarded, own)}\r\n` +
    `X-Request-Id: ${requestId}\r\n`
  );
}

const join = (before: string | undefined, own: string): string =>
  before === undefined || before === '' ? own : `${before}, ${own}`;
