import { BlockList, isIP } from 'node:net'

/** What can be reached from here and not from everywhere, or is no single machine; `[network, bits]`. */
const V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], // this host
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // behind a carrier's NAT
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // what a cloud tells its machines
  ['169.254.0.0', 16], // link-local, and what clouds tell their machines
  ['172.16.0.0', 12],
  ['192.0.0.0', 24], // protocols, and what a cloud tells its machines
  ['192.168.0.0', 16],
  ['198.18.0.0', 15], // benchmarks
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and everybody
]

const V6: readonly (readonly [string, number])[] = [
  ['64:ff9b:1::', 48], // NAT64 of one network
  ['2001::', 32], // Teredo: tunnels to addresses that are written in code
  ['fc00::', 7], // private, and what a cloud tells its machines (fd00:ec2::254)
  ['fe80::', 10],
  ['fec0::', 10], // private, formerly
  ['ff00::', 8], // multicast
]

/** Where an IPv6 address holds one of IPv4: mapped, translated, NAT64 and compatible, which has `::` and `::1` in it. */
const V4_AT_THE_END = ['::ffff:', '::ffff:0:', '64:ff9b::', '::']

let inner: BlockList | undefined

/**
 * Whether an IP address is one of this machine, of a private or local network, of the services that a cloud has for its
 * own machines, or of many at once, in whatever way it is written. Names are none.
 */
export function isInner(address: string): boolean {
  inner ??= innerAddresses()
  const [bare = ''] = address.split('%', 1)
  const family = isIP(bare)
  return family !== 0 && inner.check(bare, family === 4 ? 'ipv4' : 'ipv6')
}

function innerAddresses(): BlockList {
  const list = new BlockList()
  for (const [network, bits] of V4) {
    list.addSubnet(network, bits, 'ipv4')
    for (const before of V4_AT_THE_END) list.addSubnet(`${before}${network}`, 96 + bits, 'ipv6')
    list.addSubnet(`2002:${inHex(network)}::`, 16 + bits, 'ipv6')
  }
  for (const [network, bits] of V6) list.addSubnet(network, bits, 'ipv6')
  return list
}

/** As 6to4 writes it. */
function inHex(v4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number)
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}
