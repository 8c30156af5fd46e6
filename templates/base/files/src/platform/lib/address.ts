import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** A client's address as one writes it: an IPv4 address inside an IPv6 one is unwrapped. */
const plainAddress = (address: string | undefined): string =>
  (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');

/** Whether what stands `hop` places before this backend is a proxy whose word counts. */
export type IsProxy = (address: string, hop: number) => boolean;

/** Creates the check from a number of proxies, or from their networks as CIDR. */
export function createIsProxy(trust: number | readonly string[]): IsProxy {
  if (typeof trust === 'number') return (_address, hop) => hop < trust;
  const networks = new BlockList();
  for (const network of trust) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) networks.addAddress(address, family);
    else networks.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const plain = plainAddress(address);
    return isIP(plain) > 0 && networks.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  };
}

/** The client's address: the first one, seen from this backend, that is not a trusted proxy. */
export function clientAddress(request: IncomingMessage, isProxy: IsProxy): string {
  const own = plainAddress(request.socket.remoteAddress);
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const path = [own, ...forwarded.map((part) => plainAddress(part.trim())).toReversed()];
  const place = path.findIndex((address, hop) => !isProxy(address, hop));
  const client = path.at(place) ?? own; // all of them proxies: the furthest
  return isIP(client) > 0 ? client : own;
}

/**
 * What counts as one place on the internet: an IPv4 address, or the network of an IPv6 one, since a
 * single customer owns all addresses of it; of `bits` bits, at most 64.
 */
export function networkOf(address: string, bits = 64): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = plain.includes('::')
    ? [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right]
    : left;
  return `${groups
    .slice(0, 4)
    .map((group, index) => firstBits(Number.parseInt(group, 16), bits - index * 16).toString(16))
    .join(':')}::/${bits}`;
}

/** A group of an IPv6 address with only its first bits. */
const firstBits = (group: number, bits: number): number =>
  group & (0xff_ff << (16 - Math.min(16, Math.max(0, bits))));
