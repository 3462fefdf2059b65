/** What kind of address an outgoing call would reach; only `public` may be called unasked [rule 35: outgoing calls]. */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link_local'
  | 'multicast'
  | 'unspecified'
  | 'reserved'
  | 'not_an_address';

type Network = readonly [network: string, prefixLength: number, kind: Exclude<AddressKind, 'not_an_address'>];

/** The IANA special-purpose registries (RFC 6890 and later); the first match counts. */
const networksV4: readonly Network[] = [
  ['0.0.0.0', 32, 'unspecified'],
  ['0.0.0.0', 8, 'reserved'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link_local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'reserved'],
  ['192.88.99.0', 24, 'reserved'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'private'],
  ['198.51.100.0', 24, 'reserved'],
  ['203.0.113.0', 24, 'reserved'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
];

const networksV6: readonly Network[] = [
  ['::', 128, 'unspecified'],
  ['::1', 128, 'loopback'],
  // Translated by this network's own gateway, so anything may be behind it.
  ['64:ff9b:1::', 48, 'private'],
  ['fc00::', 7, 'private'],
  ['fe80::', 10, 'link_local'],
  ['fec0::', 10, 'private'],
  ['ff00::', 8, 'multicast'],
  // Protocol assignments, among them Teredo, benchmarks and ORCHID.
  ['2001::', 23, 'reserved'],
  ['2001:db8::', 32, 'reserved'],
  ['3fff::', 20, 'reserved'],
  ['2000::', 3, 'public'],
];

/** IPv6 forms that carry an IPv4 address, with the group at which it begins: that address decides. */
const embeddings: readonly { network: string; prefixLength: number; group: number }[] = [
  { network: '::ffff:0:0', prefixLength: 96, group: 6 },
  { network: '::ffff:0:0:0', prefixLength: 96, group: 6 },
  { network: '64:ff9b::', prefixLength: 96, group: 6 },
  { network: '2002::', prefixLength: 16, group: 1 },
];

/**
 * Classifies a numeric IPv4 or IPv6 address, as the resolver or a socket gives it. Call it for every
 * address after DNS resolution and on every hop. Names, and IPv4 in the old octal, hexadecimal or short forms,
 * are `not_an_address`: refuse them.
 */
export function classifyAddress(address: string): AddressKind {
  const v4 = parseV4(address);
  if (v4) return classifyV4(v4);
  const v6 = parseV6(address);
  return v6 ? classifyV6(v6) : 'not_an_address';
}

/** Whether a call to this address is refused unless the operator has allowed its host. */
export function isRefusedAddress(address: string): boolean {
  return classifyAddress(address) !== 'public';
}

function classifyV4(groups: number[]): AddressKind {
  const match = networksV4.find(([network, length]) => isWithin(groups, parseV4(network) ?? [], length));
  return match?.[2] ?? 'public';
}

function classifyV6(groups: number[]): AddressKind {
  const special = networksV6.find(([network, length]) => isWithin(groups, parseV6(network) ?? [], length));
  if (special && special[2] !== 'public') return special[2];
  for (const { network, prefixLength, group } of embeddings) {
    if (isWithin(groups, parseV6(network) ?? [], prefixLength)) {
      return classifyV4(groups.slice(group, group + 2));
    }
  }
  // Outside of 2000::/3 nothing is assigned to the public Internet.
  return special?.[2] ?? 'reserved';
}

/** Compares the leading bits of two addresses in groups of 16 bits. */
function isWithin(groups: readonly number[], network: readonly number[], prefixLength: number): boolean {
  return groups.every((group, index) => {
    const bits = Math.min(Math.max(prefixLength - index * 16, 0), 16);
    const mask = (0xffff << (16 - bits)) & 0xffff;
    return (group & mask) === ((network[index] ?? 0) & mask);
  });
}

/** Two groups of 16 bits, or null. */
function parseV4(address: string): number[] | null {
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(address)) return null;
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return Math.max(a, b, c, d) > 255 ? null : [a * 256 + b, c * 256 + d];
}

/** Eight groups of 16 bits, or null; a zone index (`%eth0`) and URL brackets are ignored. */
function parseV6(address: string): number[] | null {
  const bare = address.replace(/^\[(.*)\]$/, '$1').replace(/%[\w.-]+$/, '');
  const halves = bare.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(parseGroups);
  if (!head) return null;
  if (halves.length === 1) return head.length === 8 ? head : null;
  if (!tail || head.length + tail.length > 7) return null;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function parseGroups(text: string): number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    const v4 = index === parts.length - 1 ? parseV4(part) : null;
    if (v4) groups.push(...v4);
    else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16));
    else return null;
  }
  return groups;
}
