import net from 'node:net';

/** The kind of address that an outgoing call would reach; only `public` is allowed by default [rule 35: outgoing calls]. */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link_local'
  | 'multicast'
  | 'unspecified'
  | 'reserved'
  | 'not_an_address';

type Network = readonly [network: string, prefixLength: number];

/** The IANA special-purpose registries (RFC 6890 and later); the first kind that contains an address counts. */
const specialV4 = {
  unspecified: [['0.0.0.0', 32]],
  loopback: [['127.0.0.0', 8]],
  private: [
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
  ],
  link_local: [['169.254.0.0', 16]],
  multicast: [['224.0.0.0', 4]],
  reserved: [
    ['0.0.0.0', 8],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['240.0.0.0', 4],
  ],
} as const satisfies Partial<Record<AddressKind, readonly Network[]>>;

type SpecialKind = keyof typeof specialV4;

const specialV6: Record<SpecialKind, readonly Network[]> = {
  unspecified: [['::', 128]],
  loopback: [['::1', 128]],
  private: [
    // This network's own gateway translates it, so anything may be behind it.
    ['64:ff9b:1::', 48],
    ['fc00::', 7],
    ['fec0::', 10],
  ],
  link_local: [['fe80::', 10]],
  multicast: [['ff00::', 8]],
  reserved: [
    // Protocol assignments, including Teredo, benchmarks and ORCHID.
    ['2001::', 23],
    ['2001:db8::', 32],
    ['3fff::', 20],
  ],
};

/** The public Internet in IPv6. The last three contain an IPv4 address, as 2002:: does. */
const publicV6: readonly Network[] = [
  ['2000::', 3],
  ['::ffff:0:0', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
];

/** Returns the IPv6 networks that contain the addresses of an IPv4 network. A BlockList finds `::ffff:0:0/96` by itself. */
function carrying([network, prefixLength]: Network): Network[] {
  const hex = Buffer.from(network.split('.').map(Number)).toString('hex');
  return [
    [`::ffff:0:${network}`, 96 + prefixLength],
    [`64:ff9b::${network}`, 96 + prefixLength],
    [`2002:${hex.slice(0, 4)}:${hex.slice(4)}::`, 16 + prefixLength],
  ];
}

function listOf(networksV4: readonly Network[], networksV6: readonly Network[]): net.BlockList {
  const list = new net.BlockList();
  for (const network of networksV4) list.addSubnet(...network, 'ipv4');
  for (const network of [...networksV6, ...networksV4.flatMap(carrying)]) list.addSubnet(...network, 'ipv6');
  return list;
}

const special = (Object.keys(specialV4) as SpecialKind[]).map(
  (kind) => [kind, listOf(specialV4[kind], specialV6[kind])] as const,
);
const publicList = listOf([], publicV6);

/**
 * Classifies a numeric IPv4 or IPv6 address, as a resolver or a socket returns it. Call it for every address after DNS
 * resolution and on every redirect. Names, and IPv4 in the old octal, hexadecimal or short forms, are `not_an_address`:
 * reject them. A zone index (`%eth0`) and URL brackets are ignored.
 */
export function classifyAddress(address: string): AddressKind {
  const bare = address.replace(/^\[(.*)\]$/, '$1').replace(/%[\w.-]+$/, '');
  const version = net.isIP(bare);
  if (version === 0) return 'not_an_address';
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const kind = special.find(([, list]) => list.check(bare, family))?.[0];
  // Outside these networks, nothing is assigned to the public Internet.
  return kind ?? (version === 4 || publicList.check(bare, family) ? 'public' : 'reserved');
}

/** Whether a call to this address is rejected unless the operator allows its host. */
export function isRefusedAddress(address: string): boolean {
  return classifyAddress(address) !== 'public';
}
