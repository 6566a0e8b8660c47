import ipaddr from 'ipaddr.js';

/** An IPv6 host has a whole /64 to itself; counted one by one its addresses would never end. */
const IPV6_NETWORK_PARTS = 4;

/** By what limits count a caller that has not signed in. */
export function callerOf(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${parsed.parts
    .slice(0, IPV6_NETWORK_PARTS)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
